/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stand-in-dialects.h"

/* OpenAI */

#define CHUNK(choices, usage) "data: {'id':'chatcmpl-1','object':'chat.completion.chunk','created':1767225600," \
  "'model':'stand-in','service_tier':'default','system_fingerprint':'fp_1','choices':[" choices "]," \
  "'usage':" usage "}\n\n"
#define DELTA(delta) CHUNK ("{'index':0,'delta':{" delta "},'logprobs':null,'finish_reason':null}", "null")
#define SAY(text) DELTA ("'content':'" text "'")
#define THINK(text) DELTA ("'reasoning_content':'" text "'")
#define CALL(call) DELTA ("'tool_calls':[{'index':0," call "}]")
#define FINISH(reason) \
  CHUNK ("{'index':0,'delta':{},'logprobs':null,'finish_reason':'" reason "'}", "null"), \
  CHUNK ("", "{'prompt_tokens':12,'completion_tokens':9,'total_tokens':21}"), \
  "data: [DONE]\n\n"

static const char * const openai_answer[] = {
  DELTA ("'role':'assistant','content':'','refusal':null"),
  THINK ("Light"), THINK (" and air."),
  SAY ("The sky"), SAY (" is blue"), SAY (" because air"), SAY (" scatters blue"), SAY (" light most."),
  FINISH ("stop"),
  NULL
};

static const char * const openai_tool_call[] = {
  DELTA ("'role':'assistant','content':null"),
  CALL ("'id':'call_1','type':'function','function':{'name':'get_weather','arguments':''}"),
  CALL ("'function':{'arguments':'{\\'city\\':'}"),
  CALL ("'function':{'arguments':' \\'Rome\\'}'}"),
  FINISH ("tool_calls"),
  NULL
};

/* Anthropic */

#define EVENT(type, members) "event: " type "\ndata: {'type':'" type "'" members "}\n\n"
#define START EVENT ("message_start", ",'message':{'id':'msg_1','type':'message','role':'assistant'," \
  "'model':'stand-in','content':[],'stop_reason':null,'stop_sequence':null,'usage':{'input_tokens':12," \
  "'cache_creation_input_tokens':0,'cache_read_input_tokens':0,'output_tokens':1}}")
#define BEGIN(index, block) EVENT ("content_block_start", ",'index':" index ",'content_block':{" block "}")
#define PIECE(index, delta) EVENT ("content_block_delta", ",'index':" index ",'delta':{" delta "}")
#define TEXT(text) PIECE ("1", "'type':'text_delta','text':'" text "'")
#define THOUGHT(text) PIECE ("0", "'type':'thinking_delta','thinking':'" text "'")
#define INPUT(json) PIECE ("0", "'type':'input_json_delta','partial_json':'" json "'")
#define END(index) EVENT ("content_block_stop", ",'index':" index)
#define STOP(reason) \
  EVENT ("message_delta", ",'delta':{'stop_reason':'" reason "','stop_sequence':null},'usage':{'output_tokens':9}"), \
  EVENT ("message_stop", "")

static const char * const anthropic_answer[] = {
  START,
  BEGIN ("0", "'type':'thinking','thinking':'','signature':''"),
  EVENT ("ping", ""),
  THOUGHT ("Light"), THOUGHT (" and air."),
  PIECE ("0", "'type':'signature_delta','signature':'EqQBCgIYAhIM'"),
  END ("0"),
  BEGIN ("1", "'type':'text','text':''"),
  TEXT ("The sky"), TEXT (" is blue"), TEXT (" because air"), TEXT (" scatters blue"), TEXT (" light most."),
  END ("1"),
  STOP ("end_turn"),
  NULL
};

static const char * const anthropic_tool_call[] = {
  START,
  BEGIN ("0", "'type':'tool_use','id':'toolu_1','name':'get_weather','input':{}"),
  INPUT (""), INPUT ("{\\'city\\':"), INPUT (" \\'Rome\\'}"),
  END ("0"),
  STOP ("tool_use"),
  NULL
};

/* Ollama, whose two ways differ in where the text is. */

#define LINE(members) "{'model':'stand-in','created_at':'2026-01-01T00:00:00.385406Z'," members "}\n"
#define MESSAGE(members) LINE ("'message':{'role':'assistant'," members "},'done':false")
#define DONE LINE ("'message':{'role':'assistant','content':''},'done_reason':'stop','done':true," COUNTS)
#define COUNTS "'total_duration':4883583458,'load_duration':1334875,'prompt_eval_count':12," \
  "'prompt_eval_duration':342546000,'eval_count':9,'eval_duration':4535599000"
#define RESPONSE(text) LINE ("'response':'" text "','done':false")

static const char * const ollama_answer[] = {
  MESSAGE ("'content':'','thinking':'Light'"), MESSAGE ("'content':'','thinking':' and air.'"),
  MESSAGE ("'content':'The sky'"), MESSAGE ("'content':' is blue'"), MESSAGE ("'content':' because air'"),
  MESSAGE ("'content':' scatters blue'"), MESSAGE ("'content':' light most.'"),
  DONE,
  NULL
};

static const char * const ollama_tool_call[] = {
  MESSAGE ("'content':'','tool_calls':[{'function':{'name':'get_weather','arguments':{'city':'Rome'}}}]"),
  DONE,
  NULL
};

static const char * const ollama_generated[] = {
  LINE ("'response':'','thinking':'Light','done':false"), LINE ("'response':'','thinking':' and air.','done':false"),
  RESPONSE ("The sky"), RESPONSE (" is blue"), RESPONSE (" because air"), RESPONSE (" scatters blue"),
  RESPONSE (" light most."),
  LINE ("'response':'','done':true,'done_reason':'stop','context':[128006,882,128007]," COUNTS),
  NULL
};

#define OLLAMA_ERRORS \
  .failure = "{'error':'an error was encountered while running the model: out of memory'}\n", \
  .wrong_key = "{'error':'unauthorized'}", \
  .busy = "{'error':'server busy, please try again.  maximum pending requests exceeded'}", \
  .no_model = "{'error':'model not found'}"

const Dialect dialects[] = {
  {
    .path = "/v1/chat/completions",
    .key_header = "Authorization",
    .content_type = "text/event-stream; charset=utf-8",
    .answer = openai_answer,
    .tool_call = openai_tool_call,
    .failure = "data: {'error':{'message':'The server had an error while processing your request',"
               "'type':'server_error','param':null,'code':null}}\n\n",
    .wrong_key = "{'error':{'message':'Incorrect API key provided','type':'invalid_request_error','param':null,"
                 "'code':'invalid_api_key'}}",
    .busy = "{'error':{'message':'Rate limit reached for requests','type':'requests','param':null,"
            "'code':'rate_limit_exceeded'}}",
    .no_model = "{'error':{'message':'The model does not exist or you do not have access to it',"
                "'type':'invalid_request_error','param':null,'code':'model_not_found'}}",
  },
  {
    .path = "/v1/messages",
    .key_header = "x-api-key",
    .content_type = "text/event-stream; charset=utf-8",
    .answer = anthropic_answer,
    .tool_call = anthropic_tool_call,
    .failure = "event: error\ndata: {'type':'error','error':{'details':null,'type':'overloaded_error',"
               "'message':'Overloaded'},'request_id':'req_1'}\n\n",
    .wrong_key = "{'type':'error','error':{'type':'authentication_error','message':'invalid x-api-key'},"
                 "'request_id':'req_1'}",
    .busy = "{'type':'error','error':{'type':'rate_limit_error','message':'Your account has hit a rate limit'},"
            "'request_id':'req_1'}",
    .no_model = "{'type':'error','error':{'type':'not_found_error','message':'model: no such model'},"
                "'request_id':'req_1'}",
  },
  {
    .path = "/api/chat",
    .key_header = "Authorization",
    .content_type = "application/x-ndjson",
    .answer = ollama_answer,
    .tool_call = ollama_tool_call,
    OLLAMA_ERRORS,
  },
  {
    .path = "/api/generate",
    .key_header = "Authorization",
    .content_type = "application/x-ndjson",
    .answer = ollama_generated,
    .tool_call = ollama_generated,
    OLLAMA_ERRORS,
  },
};
const guint n_dialects = G_N_ELEMENTS (dialects);
