/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "test-util.h"
#include "token-streams.h"

/* Streams in the shapes in which services send them, and what is read of them. A '
 * stands for a ", so that JSON can be read here. */
typedef struct
{
  const char *name;
  const char *stream;
  const char *expected;
} Sample;

#define CHUNK(choices) "data: {'id':'chatcmpl-1','object':'chat.completion.chunk','created':1700000000," \
  "'model':'m','system_fingerprint':null,'choices':[" choices "],'usage':null}\n\n"
#define DELTA(delta) CHUNK ("{'index':0,'delta':{" delta "},'logprobs':null,'finish_reason':null}")
#define FINISH(reason) CHUNK ("{'index':0,'delta':{},'logprobs':null,'finish_reason':'" reason "'}")
#define DONE "data: [DONE]\n\n"
#define USAGE "data: {'id':'chatcmpl-1','object':'chat.completion.chunk','created':1700000000,'model':'m'," \
  "'choices':[],'usage':{'prompt_tokens':9,'completion_tokens':12,'total_tokens':21}}\n\n"

static const Sample openai_samples[] = {
  { "text",
    DELTA ("'role':'assistant','content':'','refusal':null") DELTA ("'content':'Hel'") DELTA ("'content':'lo'")
      FINISH ("stop") USAGE DONE,
    "text Hel\ntext lo\ndone stop 9+12\n" },
  { "length", DELTA ("'content':'Hel'") FINISH ("length") DONE, "text Hel\ndone length 0+0\n" },
  { "refusal", DELTA ("'content':null,'refusal':'I will not'") FINISH ("stop") DONE,
    "text I will not\ndone stop 0+0\n" },
  { "reasoning-content", DELTA ("'content':null,'reasoning_content':'Hm'") DELTA ("'content':'Yes'") DONE,
    "reasoning Hm\ntext Yes\ndone stop 0+0\n" },
  { "reasoning", DELTA ("'reasoning':'Hm','content':''") DELTA ("'content':'Yes'") DONE,
    "reasoning Hm\ntext Yes\ndone stop 0+0\n" },
  { "reasoning-twice", DELTA ("'reasoning':'Hm','reasoning_content':'Hm'") DONE, "reasoning Hm\ndone stop 0+0\n" },
  { "parts", DELTA ("'content':[{'type':'thinking','thinking':[{'type':'text','text':'Hm'}]},"
                    "{'type':'text','text':'Yes'},7,null]") DONE,
    "reasoning Hm\ntext Yes\ndone stop 0+0\n" },
  { "completion", CHUNK ("{'index':0,'text':'Hel','finish_reason':null}") CHUNK ("{'text':'lo'}") DONE,
    "text Hel\ntext lo\ndone stop 0+0\n" },
  { "keep-alive", ": PROCESSING\n\n" DELTA ("'content':'a'") "data:\n\n: ping\n\n" DONE, "text a\ndone stop 0+0\n" },
  { "choices", CHUNK ("{'index':1,'delta':{'content':'b'}},{'index':0,'delta':{'content':'a'}}")
                 CHUNK ("{'index':1,'delta':{},'finish_reason':'length'}") FINISH ("stop") DONE,
    "text a\ndone stop 0+0\n" },
  { "cut", DELTA ("'content':'a'"), "text a\n" },
  { "not-done", DELTA ("'content':'a'") FINISH ("stop"), "text a\nfinish stop 0+0\n" },
  { "usage-each", "data: {'choices':[{'delta':{'content':'a'}}],'usage':{'prompt_tokens':9,'completion_tokens':1}}\n\n"
                  "data: {'choices':[{'delta':{'content':'b'}}],'usage':{'prompt_tokens':9,'completion_tokens':2}}\n\n"
                  DONE,
    "text a\ntext b\ndone stop 9+2\n" },
  { "unicode", DELTA ("'content':'\\ud83d\\ude00 größer'") DONE, "text 😀 größer\ndone stop 0+0\n" },
  { "behind-the-end", DONE DELTA ("'content':'never'"), "done stop 0+0\n" },
};

#define CALL(call) DELTA ("'tool_calls':[" call "]")

static const Sample openai_calls[] = {
  { "pieces",
    DELTA ("'role':'assistant','content':null,'tool_calls':[{'index':0,'id':'call_1','type':'function',"
           "'function':{'name':'weather','arguments':''}}]")
      CALL ("{'index':0,'function':{'arguments':'{\\'ci'}}") CALL ("{'index':0,'function':{'arguments':'ty\\':1}'}}")
      FINISH ("tool_calls") DONE,
    "call call_1 weather {\"city\":1}\ndone tool_calls 0+0\n" },
  { "parallel",
    CALL ("{'index':0,'id':'a','type':'function','function':{'name':'x','arguments':'1'}}")
      CALL ("{'index':1,'id':'b','type':'function','function':{'name':'y','arguments':'2'}}")
      CALL ("{'index':0,'function':{'arguments':'3'}},{'index':1,'function':{'arguments':'4'}}")
      FINISH ("tool_calls") DONE,
    "call a x 13\ncall b y 24\ndone tool_calls 0+0\n" },
  { "whole", CALL ("{'id':'a','function':{'name':'x','arguments':'{}'}},{'id':'b','function':{'name':'y',"
                   "'arguments':'[]'}}") FINISH ("stop") DONE,
    "call a x {}\ncall b y []\ndone stop 0+0\n" },
  { "same-index", CALL ("{'index':0,'id':'a','function':{'name':'x','arguments':'1'}}")
                  CALL ("{'index':0,'id':'b','function':{'name':'y','arguments':'2'}}") FINISH ("stop") DONE,
    "call a x 1\ncall b y 2\ndone stop 0+0\n" },
  { "same-id", CALL ("{'index':0,'id':'a','function':{'name':'x','arguments':'1'}}")
               CALL ("{'index':0,'id':'a','function':{'name':'x','arguments':'2'}}") FINISH ("stop") DONE,
    "call a x 12\ndone stop 0+0\n" },
  { "late-name", CALL ("{'index':0,'function':{'arguments':'1'}}")
                 CALL ("{'index':0,'id':'a','function':{'name':'x'}}") FINISH ("stop") DONE,
    "call a x 1\ndone stop 0+0\n" },
  { "no-index", CALL ("{'id':'a','function':{'name':'x','arguments':'1'}}")
                CALL ("{'id':'','function':{'arguments':'2'}}") FINISH ("stop") DONE,
    "call a x 12\ndone stop 0+0\n" },
  { "object", CALL ("{'index':0,'id':'a','function':{'name':'x','arguments':{'b':[1,null]}}}") FINISH ("stop") DONE,
    "call a x {\"b\":[1,null]}\ndone stop 0+0\n" },
  { "empty", CALL ("{'index':0,'id':'a','function':{'name':'x','arguments':''}}") DONE, "call a x {}\ndone stop 0+0\n" },
  { "custom", CALL ("{'index':0,'id':'a','type':'custom','custom':{'name':'x','input':'SELECT'}}") FINISH ("stop") DONE,
    "call a x SELECT\ndone stop 0+0\n" },
  { "cut", CALL ("{'index':0,'id':'a','function':{'name':'x','arguments':'{'}}"), "" },
  { "odd", DELTA ("'tool_calls':[null,7,{},{'function':null},{'function':{}}]") FINISH ("stop") DONE,
    "call - - {}\ndone stop 0+0\n" },
};

#define EVENT(type, members) "event: " type "\ndata: {'type':'" type "'" members "}\n\n"
#define START EVENT ("message_start", ",'message':{'id':'msg_1','type':'message','role':'assistant','model':'m'," \
  "'content':[],'stop_reason':null,'stop_sequence':null,'usage':{'input_tokens':25,'cache_read_input_tokens':0," \
  "'output_tokens':1,'service_tier':'standard'}}")
#define BEGIN(index, block) EVENT ("content_block_start", ",'index':" index ",'content_block':{" block "}")
#define PIECE(index, delta) EVENT ("content_block_delta", ",'index':" index ",'delta':{" delta "}")
#define TEXT(index, text) PIECE (index, "'type':'text_delta','text':'" text "'")
#define END(index) EVENT ("content_block_stop", ",'index':" index)
#define STOP(reason) EVENT ("message_delta", ",'delta':{'stop_reason':'" reason "','stop_sequence':null}," \
  "'usage':{'output_tokens':15}") EVENT ("message_stop", "")
#define PING EVENT ("ping", "")
#define TOOL(id, name) "'type':'tool_use','id':'" id "','name':'" name "','input':{}"
#define INPUT(index, json) PIECE (index, "'type':'input_json_delta','partial_json':'" json "'")

static const Sample anthropic_samples[] = {
  { "text", START BEGIN ("0", "'type':'text','text':''") PING TEXT ("0", "Hel") TEXT ("0", "lo") END ("0")
              STOP ("end_turn"),
    "text Hel\ntext lo\ndone end_turn 25+15\n" },
  { "thinking", START BEGIN ("0", "'type':'thinking','thinking':'','signature':''")
                  PIECE ("0", "'type':'thinking_delta','thinking':'Hm'")
                  PIECE ("0", "'type':'signature_delta','signature':'EqQB'") END ("0")
                  BEGIN ("1", "'type':'redacted_thinking','data':'EmwK'") END ("1")
                  BEGIN ("2", "'type':'text','text':''") TEXT ("2", "Yes") END ("2") STOP ("end_turn"),
    "reasoning Hm\ntext Yes\ndone end_turn 25+15\n" },
  { "tool", START BEGIN ("0", "'type':'text','text':'Let '") TEXT ("0", "me see") END ("0")
              BEGIN ("1", TOOL ("toolu_1", "weather")) INPUT ("1", "") INPUT ("1", "{\\'city\\': ")
              INPUT ("1", "\\'Rom\\'}") END ("1") BEGIN ("2", TOOL ("toolu_2", "time")) INPUT ("2", "") END ("2")
              STOP ("tool_use"),
    "text Let \ntext me see\ncall toolu_1 weather {\"city\": \"Rom\"}\ncall toolu_2 time {}\n"
    "done tool_use 25+15\n" },
  { "tool-not-stopped", START BEGIN ("0", TOOL ("a", "x")) INPUT ("0", "1") STOP ("tool_use"),
    "call a x 1\ndone tool_use 25+15\n" },
  /* What the service calls by itself is not to be called again. */
  { "server-tool", START BEGIN ("0", "'type':'server_tool_use','id':'srvtoolu_1','name':'web_search','input':{}")
                     INPUT ("0", "{}") END ("0")
                     BEGIN ("1", "'type':'web_search_tool_result','tool_use_id':'srvtoolu_1','content':[]") END ("1")
                     BEGIN ("2", "'type':'text','text':''") TEXT ("2", "Yes")
                     PIECE ("2", "'type':'citations_delta','citation':{'type':'page','url':'x'}") END ("2")
                     STOP ("end_turn"),
    "text Yes\ndone end_turn 25+15\n" },
  { "error", START TEXT ("0", "a") "event: error\ndata: {'type': 'error', 'error': {'type': 'overloaded_error', "
             "'message': 'Overloaded'}, 'request_id': 'req_1'}\n\n" TEXT ("0", "never"),
    "text a\nerror eric-error-quark 7: Overloaded\n" },
  { "unknown", START EVENT ("message_pause", ",'index':[]") BEGIN ("0", "'type':'new_block'")
                 PIECE ("0", "'type':'new_delta','data':1") END ("0") STOP ("end_turn"),
    "done end_turn 25+15\n" },
  { "cut", START BEGIN ("0", TOOL ("a", "x")) INPUT ("0", "1"), "" },
  { "no-reason", START EVENT ("message_stop", ""), "done stop 25+1\n" },
};

#define LINE(members) "{'model':'m','created_at':'2026-01-01T00:00:00.1Z'," members "}\n"
#define SAY(text) LINE ("'message':{'role':'assistant','content':'" text "'},'done':false")
#define COUNTS "'total_duration':10706818083,'load_duration':6338219291,'prompt_eval_count':26," \
  "'prompt_eval_duration':130079000,'eval_count':259,'eval_duration':4232710000"

static const Sample ollama_samples[] = {
  { "chat", SAY ("Hel") SAY ("lo") LINE ("'message':{'role':'assistant','content':''},'done_reason':'stop','done':true,"
                                          COUNTS),
    "text Hel\ntext lo\ndone stop 26+259\n" },
  { "generate", LINE ("'response':'Hel','done':false") LINE ("'response':'lo','done':false")
                LINE ("'response':'','done':true,'done_reason':'length','context':[1,2,3]," COUNTS),
    "text Hel\ntext lo\ndone length 26+259\n" },
  { "thinking", LINE ("'message':{'role':'assistant','content':'','thinking':'Hm'},'done':false")
                LINE ("'response':'','thinking':'Hm','done':false") SAY ("Yes") LINE ("'done':true"),
    "reasoning Hm\nreasoning Hm\ntext Yes\ndone stop 0+0\n" },
  { "tools", LINE ("'message':{'role':'assistant','content':'','tool_calls':[{'function':{'index':0,'name':'weather',"
                   "'arguments':{'city':'Rom','days':[1,2.5]}}},{'id':'call_2','function':{'name':'time',"
                   "'arguments':{}}}]},'done':false") LINE ("'done':true,'done_reason':'stop'"),
    "call - weather {\"city\":\"Rom\",\"days\":[1,2.5]}\ncall call_2 time {}\ndone stop 0+0\n" },
  { "error", SAY ("a") "{'error':'an error was encountered while running the model'}\n" SAY ("never"),
    "text a\nerror eric-error-quark 7: an error was encountered while running the model\n" },
  { "last-line", SAY ("a") "{'done':true}", "text a\ndone stop 0+0\n" },
  { "cut", SAY ("a"), "text a\n" },
  { "odd", LINE ("'message':7,'response':[],'done':'true'") LINE ("'message':{'content':7,'tool_calls':{}}")
           LINE ("'message':{'tool_calls':[1,{'function':[]}]}") LINE ("'done':true,'eval_count':-1"),
    "done stop 0+0\n" },
};

#define INVALID "error eric-error-quark 2: A message of the service cannot be read: "

static const Sample bad_samples[] = {
  { "half", "data: {'choices':[{'delta':{'content':'a'\n\n", INVALID },
  /* Some are a sign that the service is there. */
  { "no-object", DELTA ("'content':'a'") "data: hello\n\ndata: 1\n\ndata: null\n\ndata: []\n\ndata: 'a'\n\ndata: 1e400\n\n"
                 DELTA ("'content':'b'"), "text a\ntext b\n" },
  { "half-of-an-unknown-type", "event: beat\ndata: {now\n\n" DELTA ("'content':'a'"), "text a\n" },
  { "half-of-a-known-type", "event: message_delta\ndata: {'type':\n\n", INVALID },
  { "unknown-object", "data: {}\n\ndata: {'a':1}\n\n" DELTA ("'content':'a'"), "text a\n" },
  { "types", "data: {'choices':{}}\n\ndata: {'choices':[[],1,null,'a',{'index':'a'},{'delta':[]}]}\n\n"
             CHUNK ("{'index':0,'delta':{'content':1,'tool_calls':1,'reasoning':{}},'finish_reason':1,'text':[]}")
             "data: {'type':1}\n\n" EVENT ("content_block_delta", ",'index':'x','delta':1")
             EVENT ("message_start", ",'message':1") EVENT ("message_delta", ",'delta':1,'usage':1")
             "data: {'choices':[],'usage':{'prompt_tokens':-1,'completion_tokens':'x'}}\n\n",
    "" },
  { "error/object", "data: {'error':{'message':'Rate limit','type':'rate','param':null,'code':429}}\n\n",
    "error eric-error-quark 7: Rate limit\n" },
  { "error/without-message", "data: {'error':{'code':500}}\n\n", "error eric-error-quark 7: {\"code\":500}\n" },
  { "error/string", "data: {'error':'no'}\n\n", "error eric-error-quark 7: no\n" },
  { "error/none", "data: {'error':null}\n\ndata: {'error':{}}\n\ndata: {'error':''}\n\ndata: {'error':false}\n\n", "" },
  { "error/old", "data: {'object':'error','message':'no','type':'BadRequestError','code':400}\n\n",
    "error eric-error-quark 7: no\n" },
  /* What came with it is not lost. */
  { "error/beside", "data: {'choices':[{'delta':{'content':'a'},'finish_reason':'error'}],'error':{'message':'no'}}\n\n",
    "text a\nerror eric-error-quark 7: no\n" },
};

static void
test_token_reader_sample (gconstpointer data)
{
  const Sample *sample = data;
  g_autoptr (EricTokenReader) reader = eric_token_reader_new ();
  g_autoptr (GPtrArray) messages = token_stream_split (sample->stream);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    token_trace_message (out, reader, messages->pdata[i]);
  token_trace_state (out, reader);
  /* What the JSON reader says of itself is its own. */
  if (g_str_has_suffix (sample->expected, INVALID))
    g_assert_true (g_str_has_prefix (out->str, sample->expected));
  else
    g_assert_cmpstr (out->str, ==, sample->expected);
}

static GPtrArray *
read_json (EricTokenReader *reader,
           const char      *json)
{
  g_autofree char *text = g_strdelimit (g_strdup (json), "'", '"');
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = eric_message_new_from_text ("message", text, &error);

  g_assert_no_error (error);
  return eric_token_reader_read (reader, message);
}

static void
test_token_reader_max_calls (void)
{
  g_autoptr (EricTokenReader) reader = eric_token_reader_new ();
  g_autoptr (GPtrArray) tokens = NULL, others = NULL;

  for (guint i = 0; i < ERIC_TOKEN_READER_MAX_CALLS; i++)
    {
      g_autofree char *json = g_strdup_printf ("{'choices':[{'delta':{'tool_calls':[{'index':%u,'function':{}}]}}]}", i);
      g_autoptr (GPtrArray) none = read_json (reader, json);

      g_assert_cmpuint (none->len, ==, 0);
      g_assert_no_error (eric_token_reader_get_error (reader));
    }
  tokens = read_json (reader, "{'choices':[{'delta':{},'finish_reason':'tool_calls'}]}");
  g_assert_cmpuint (tokens->len, ==, ERIC_TOKEN_READER_MAX_CALLS);

  for (guint i = 0; i <= ERIC_TOKEN_READER_MAX_CALLS; i++)
    {
      g_autofree char *json = g_strdup_printf ("{'type':'content_block_start','index':%u,'content_block':"
                                               "{'type':'tool_use'}}", i);
      g_autoptr (GPtrArray) none = read_json (reader, json);
    }
  g_assert_error (eric_token_reader_get_error (reader), ERIC_ERROR, ERIC_ERROR_TOO_LARGE);
  g_assert_true (eric_token_reader_is_done (reader));
}

static void
assert_arguments (gsize    length,
                  gboolean fits)
{
  g_autoptr (EricTokenReader) reader = eric_token_reader_new ();
  g_autofree char *filler = g_strnfill (length - strlen ("{'a':'y'}"), 'x');
  g_autofree char *json = g_strdup_printf ("{'choices':[{'delta':{'tool_calls':[{'index':0,'function':"
                                           "{'arguments':'{\\'a\\':\\'%s'}}]}}]}", filler);
  g_autoptr (GPtrArray) first = read_json (reader, json);
  g_autoptr (GPtrArray) second = read_json (reader, "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':"
                                                    "{'arguments':'y\\'}'}}]},'finish_reason':'stop'}]}");

  g_assert_cmpuint (first->len, ==, 0);
  if (fits)
    {
      const char *arguments = eric_token_get_text (second->pdata[0]);

      g_assert_no_error (eric_token_reader_get_error (reader));
      g_assert_cmpuint (second->len, ==, 1);
      g_assert_cmpuint (strlen (arguments), ==, length);
      g_assert_true (g_str_has_suffix (arguments, "xy\"}"));
      return;
    }
  g_assert_error (eric_token_reader_get_error (reader), ERIC_ERROR, ERIC_ERROR_TOO_LARGE);
  g_assert_cmpuint (second->len, ==, 0);
  g_assert_null (eric_token_reader_get_finish_reason (reader));
}

static void
test_token_reader_max_arguments (void)
{
  assert_arguments (ERIC_TOKEN_READER_MAX_ARGUMENTS, TRUE);
  assert_arguments (ERIC_TOKEN_READER_MAX_ARGUMENTS + 1, FALSE);
}

/* What is said again does not count. */
static void
test_token_reader_arguments_again (void)
{
  g_autoptr (EricTokenReader) reader = eric_token_reader_new ();
  g_autofree char *filler = g_strnfill (ERIC_TOKEN_READER_MAX_ARGUMENTS * 2 / 5, 'x');
  g_autofree char *first = g_strdup_printf ("{'choices':[{'delta':{'tool_calls':[{'index':0,'function':"
                                            "{'arguments':'{\\'a\\':\\'%s'}}]}}]}", filler);
  g_autofree char *second = g_strdup_printf ("{'choices':[{'delta':{'tool_calls':[{'index':0,'function':"
                                             "{'arguments':'{\\'a\\':\\'%s%s\\'}'}}]}}]}", filler, filler);
  g_autoptr (GPtrArray) none = read_json (reader, first), others = read_json (reader, second);
  g_autoptr (GPtrArray) tokens = read_json (reader, "{'choices':[{'delta':{},'finish_reason':'tool_calls'}]}");

  g_assert_no_error (eric_token_reader_get_error (reader));
  g_assert_cmpuint (none->len + others->len, ==, 0);
  g_assert_cmpuint (tokens->len, ==, 1);
  g_assert_cmpuint (strlen (eric_token_get_text (tokens->pdata[0])), ==, strlen ("{'a':''}") + 2 * strlen (filler));
}

static void
test_token_reader_explain (void)
{
  const struct { const char *body; const char *expected; } cases[] = {
    { "{'error':{'message':'Incorrect API key','type':'invalid_request_error','code':'invalid_api_key'}}",
      "Incorrect API key" },
    { "{'type':'error','error':{'type':'authentication_error','message':'invalid x-api-key'},'request_id':'r'}",
      "invalid x-api-key" },
    { "{'error':'model not found'}", "model not found" },
    { "[{'error':{'code':400,'message':'API key not valid','status':'INVALID'}}]", "API key not valid" },
    { "{'object':'error','message':'no such model','type':'NotFoundError'}", "no such model" },
    { "{'message':'Unauthorized'}", "Unauthorized" },
    { "{'detail':'Not Found'}", "Not Found" },
    { "'as a string'", "as a string" },
    { "\n Too many requests \nand more", "Too many requests" },
    { "{'detail':[{'msg':'field required'}]}", NULL },
    { "{}", NULL },
    { "[]", NULL },
    { "[1]", NULL },
    { "7", NULL },
    { "null", NULL },
    { "<html><body>Bad gateway", NULL },
    { " \n", NULL },
    { "", NULL },
    { "\377\376", NULL },
  };

  g_assert_null (eric_token_reader_explain (NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char *json = g_strdelimit (g_strdup (cases[i].body), "'", '"');
      g_autoptr (GBytes) body = g_bytes_new_take (json, strlen (json));
      g_autofree char *text = eric_token_reader_explain (body);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_token_reader_token (void)
{
  g_autoptr (EricTokenReader) reader = eric_token_reader_new ();
  g_autoptr (GPtrArray) tokens = read_json (reader, "{'message':{'tool_calls':[{'id':'a','function':{'name':'x'}}]}}");
  EricToken *token = g_ptr_array_steal_index (tokens, 0);
  g_autoptr (EricToken) empty = g_object_new (ERIC_TYPE_TOKEN, NULL);
  g_autofree char *text = NULL, *name = NULL, *id = NULL;
  EricTokenKind kind;

  g_object_get (token, "kind", &kind, "text", &text, "name", &name, "id", &id, NULL);
  g_assert_cmpint (kind, ==, ERIC_TOKEN_KIND_TOOL_CALL);
  g_assert_cmpstr (text, ==, "{}");
  g_assert_cmpstr (name, ==, "x");
  g_assert_cmpstr (id, ==, "a");
  test_finalize (token);

  g_assert_cmpint (eric_token_get_kind (empty), ==, ERIC_TOKEN_KIND_TEXT);
  g_assert_cmpstr (eric_token_get_text (empty), ==, "");
  g_assert_null (eric_token_get_name (empty));
  g_assert_null (eric_token_get_id (empty));
}

static void
test_token_reader_new (void)
{
  EricTokenReader *reader = eric_token_reader_new ();

  g_assert_false (eric_token_reader_is_done (reader));
  g_assert_null (eric_token_reader_get_finish_reason (reader));
  g_assert_no_error (eric_token_reader_get_error (reader));
  g_assert_cmpuint (eric_token_reader_get_input_tokens (reader), ==, 0);
  g_assert_cmpuint (eric_token_reader_get_output_tokens (reader), ==, 0);
  test_finalize (reader);
}

static void
add_samples (const char   *dialect,
             const Sample *samples,
             gsize         n_samples)
{
  for (gsize i = 0; i < n_samples; i++)
    {
      g_autofree char *path = g_strdup_printf ("/eric/token-reader/%s/%s", dialect, samples[i].name);

      g_test_add_data_func (path, &samples[i], test_token_reader_sample);
    }
}

#define add(name, func) g_test_add_func ("/eric/token-reader/" name, test_token_reader_##func)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("new", new);
  add_samples ("openai", openai_samples, G_N_ELEMENTS (openai_samples));
  add_samples ("openai-calls", openai_calls, G_N_ELEMENTS (openai_calls));
  add_samples ("anthropic", anthropic_samples, G_N_ELEMENTS (anthropic_samples));
  add_samples ("ollama", ollama_samples, G_N_ELEMENTS (ollama_samples));
  add_samples ("bad", bad_samples, G_N_ELEMENTS (bad_samples));
  add ("max-calls", max_calls);
  add ("max-arguments", max_arguments);
  add ("arguments-again", arguments_again);
  add ("explain", explain);
  add ("token", token);
  return g_test_run ();
}
