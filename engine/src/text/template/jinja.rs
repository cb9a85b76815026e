//! What templates are written with, against what Jinja makes of it.
//!
//! The expected texts were written by Jinja 3.1.6, set up as `transformers` does (`trim_blocks`, `lstrip_blocks`, loop
//! controls, the `generation` tag, its own `tojson`), over the same conversation. Known to differ, and used by no
//! published template: `%` on texts, `joiner`, `truncate`, `wordcount`, `urlencode`, numbers such as `1.5e-7`, and a
//! macro's default that names an earlier parameter.

use super::*;
use serde_json::json;

const CASES: &[(&str, &str)] = &[
    (
        "{{ messages[2].tool_calls | tojson }}",
        "[{\"id\": \"1\", \"type\": \"function\", \"function\": {\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": [2.5, null, true], \"c\": {\"d\": \"é\"}}}}]",
    ),
    (
        "{{ messages[2].tool_calls | tojson(indent=4) }}",
        "[\n    {\n        \"id\": \"1\",\n        \"type\": \"function\",\n        \"function\": {\n            \"name\": \"add\",\n            \"arguments\": {\n                \"a\": 1,\n                \"b\": [\n                    2.5,\n                    null,\n                    true\n                ],\n                \"c\": {\n                    \"d\": \"é\"\n                }\n            }\n        }\n    }\n]",
    ),
    (
        "{{ messages[2].tool_calls | tojson(2) }}",
        "[{\"id\": \"1\", \"type\": \"function\", \"function\": {\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": [2.5, null, true], \"c\": {\"d\": \"\\u00e9\"}}}}]",
    ),
    (
        "{{ messages[1].content | tojson(ensure_ascii=True) }}",
        "\"Hi <b> \\\"x\\\" \\u00e9\\ud83e\\udd99\\n\"",
    ),
    (
        "{{ messages[2].tool_calls[0].function.arguments | tojson(separators=(',', ':')) }}",
        "{\"a\":1,\"b\":[2.5,null,true],\"c\":{\"d\":\"é\"}}",
    ),
    (
        "{{ messages[2].tool_calls[0] | tojson(sort_keys=True, indent=2, separators=(',', ' : ')) }}",
        "{\n  \"function\" : {\n    \"arguments\" : {\n      \"a\" : 1,\n      \"b\" : [\n        2.5,\n        null,\n        true\n      ],\n      \"c\" : {\n        \"d\" : \"é\"\n      }\n    },\n    \"name\" : \"add\"\n  },\n  \"id\" : \"1\",\n  \"type\" : \"function\"\n}",
    ),
    (
        "{{ strftime_now(\"%d %B %Y %H:%M\") }}|{{ strftime_now('%Y-%m-%d') }}",
        "14 March 2025 09:26|2025-03-14",
    ),
    (
        "{% generation %}{{ messages[1].content }}{% endgeneration %}|",
        "Hi <b> \"x\" é🦙\n|",
    ),
    ("{%- generation -%} x {%- endgeneration -%} |", "x|"),
    (
        "{% set ns = namespace(found=false, n=0) %}{% for m in messages %}{% if m.role == 'tool' %}{% set ns.found = true %}{% endif %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.found }} {{ ns.n }}",
        "True 5",
    ),
    (
        "{% for m in messages %}{% if loop.index0 == 1 %}{% continue %}{% endif %}{% if m.role == 'tool' %}{% break %}{% endif %}{{ m.role }},{% endfor %}",
        "system,assistant,",
    ),
    (
        "{% for m in messages[::-1] %}{{ m.role }}{% if not loop.last %}-{% endif %}{% endfor %}",
        "assistant-tool-assistant-user-system",
    ),
    (
        "{% for m in messages[1:-1] %}{{ loop.index }}:{{ m.role }} {% endfor %}",
        "1:user 2:assistant 3:tool ",
    ),
    (
        "{{ messages[-1]['content'].split('</think>')[-1].lstrip('\\n') }}|{{ messages[-1].content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') }}",
        "Three.|why",
    ),
    (
        "{{ messages[0].content.strip() }}|{{ messages[0].content.rstrip() }}|{{ messages[0]['content'] | trim }}|",
        "Be  kind.|Be  kind.|Be  kind.|",
    ),
    (
        "{{ '  xxhixx'.strip('x ') }} {{ 'a,b,c'.split(',', 1) }} {{ 'a b  c'.split() }} {{ 'a.b.c'.rsplit('.', 1) }}",
        "hi ['a', 'b,c'] ['a', 'b', 'c'] ['a.b', 'c']",
    ),
    (
        "{{ 'Hello'.startswith('He') }} {{ 'Hello'.endswith(('lo','x')) }} {{ 'Hello'.startswith(('x','y')) }}",
        "True True False",
    ),
    (
        "{{ 'hello world'.title() }} {{ 'hello World'.capitalize() }} {{ 'ABC'.lower() }} {{ 'abc'.upper() }} {{ 'abcabc'.replace('b','-') }} {{ 'abcabc'.replace('b','-',1) }} {{ 'abc'.find('c') }} {{ 'aXa'.count('a') }}",
        "Hello World Hello world abc ABC a-ca-c a-cabc 2 2",
    ),
    (
        "{% for k, v in messages[2].tool_calls[0].function.arguments.items() %}{{ k }}={{ v }};{% endfor %}",
        "a=1;b=[2.5, None, True];c={'d': 'é'};",
    ),
    (
        "{{ messages[0].get('name') }} {{ messages[0].get('name', 'none') }} {{ messages[0].keys() | list }} {{ messages[0].values() | list }}",
        "None none ['role', 'content'] ['system', 'Be  kind. ']",
    ),
    (
        "{{ messages[0].name is defined }} {{ messages[0]['name'] is undefined }} {{ messages[2].content is none }} {{ messages[2].content is not none }}",
        "False True True False",
    ),
    (
        "{{ messages[0].content is string }} {{ messages[0] is mapping }} {{ messages is sequence }} {{ messages is iterable }} {{ 3 is number }} {{ true is boolean }} {{ messages[0] is sequence }} {{ 'x' is sequence }} {{ 'x' is iterable }} {{ 1.5 is float }} {{ 1 is integer }}",
        "True True True True True True True True True True True",
    ),
    (
        "{% macro turn(role, text='empty') %}[{{ role }}]{{ text }}[/]{% endmacro %}{{ turn('user') }}{{ turn('bot', text='x') }}",
        "[user]empty[/][bot]x[/]",
    ),
    (
        "{% macro list(items) -%}{%- for i in items -%}<{{ i }}>{%- endfor -%}{%- endmacro -%}{{ list([1, 2, 3]) }}",
        "<1><2><3>",
    ),
    ("{{ 'a' ~ 1 ~ none ~ true ~ 1.0 }}", "a1NoneTrue1.0"),
    (
        "{{ undefined_thing }}|{{ undefined_thing | default('d') }}|{{ none | default('d') }}|{{ none | default('d', true) }}|{{ '' | default('e', boolean=true) }}",
        "|d|None|d|e",
    ),
    (
        "{{ messages | length }} {{ messages | map(attribute='role') | list }} {{ messages | map(attribute='role') | join(',') }}",
        "5 ['system', 'user', 'assistant', 'tool', 'assistant'] system,user,assistant,tool,assistant",
    ),
    (
        "{{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ messages | rejectattr('role', 'equalto', 'user') | map(attribute='role') | list }} {{ messages | selectattr('tool_calls', 'defined') | list | length }}",
        "1 ['system', 'assistant', 'tool', 'assistant'] 1",
    ),
    (
        "{{ (messages | first).role }} {{ (messages | last)['role'] }}",
        "system assistant",
    ),
    (
        "{%- for m in messages if m.role != 'system' -%}{{ loop.index }}{{ m.role }}{{ ' ' if not loop.last else '' }}{%- else -%}none{%- endfor -%}",
        "1user 2assistant 3tool 4assistant",
    ),
    ("{% for x in [] %}x{% else %}empty{% endfor %}", "empty"),
    (
        "{{ 'yes' if messages[0].role == 'system' and not false else 'no' }}{{ 'x' if false }}",
        "yes",
    ),
    (
        "{% set x = 'a' %}{% if true %}{% set x = 'b' %}{% endif %}{{ x }}{% for i in [1] %}{% set x = 'c' %}{% endfor %}{{ x }}",
        "bb",
    ),
    (
        "{% set content %}block {{ 1 + 1 }}{% endset %}{{ content }}|{{ content | length }}",
        "block 2|7",
    ),
    (
        "{{ 7 // 2 }} {{ 7 / 2 }} {{ 7 % 3 }} {{ 2 ** 3 }} {{ -7 // 2 }} {{ 4 / 2 }} {{ -7 % 3 }}",
        "3 3.5 1 8 -4 2.0 2",
    ),
    (
        "{{ [1, 'a', none, true, 1.5, {'k': 'v'}] }}",
        "[1, 'a', None, True, 1.5, {'k': 'v'}]",
    ),
    (
        "{{ {'a': 1, 'b': [1, 2]} }} {{ ('x', 1) }} {{ ['it\\'s', \"q\\\"q\"] }}",
        "{'a': 1, 'b': [1, 2]} ('x', 1) [\"it's\", 'q\"q']",
    ),
    (
        "{{ 1 == 1.0 }} {{ 'a' in 'abc' }} {{ 'role' in messages[0] }} {{ 'x' not in ['y'] }} {{ 1 < 2 < 3 }}",
        "True True True True True",
    ),
    (
        "{{ range(3) | list }} {{ range(1, 6, 2) | list }} {% for i in range(2) %}{{ i }}{% endfor %}",
        "[0, 1, 2] [1, 3, 5] 01",
    ),
    (
        "{{ 'abc'[1] }} {{ 'abcdef'[1:4] }} {{ 'abcdef'[::-1] }} {{ [1,2,3,4][1:3] }} {{ [1,2,3][-1] }}",
        "b bcd fedcba [2, 3] 3",
    ),
    (
        "{{ 'a\\nb' | indent(2) }}|{{ 'a\\nb' | indent(width=4, first=true) }}",
        "a\n  b|    a\n    b",
    ),
    (
        "{{ ['b', 'a'] | sort | join }} {{ [1, 2, 3] | sum }} {{ [3, 1] | min }} {{ 'abc' | upper }} {{ 'aXb' | lower }} {{ 'hello world' | capitalize }} {{ 'x' | replace('x', 'y') }} {{ [1,1,2] | unique | list }} {{ [1,2] | reverse | list }}",
        "ab 6 1 ABC axb Hello world y [1, 2] [2, 1]",
    ),
    (
        "{{ messages[0] | items | list }} {{ {'b': 1, 'a': 2} | dictsort }}",
        "[('role', 'system'), ('content', 'Be  kind. ')] [('a', 2), ('b', 1)]",
    ),
    (
        "{{ true }} {{ none }} {{ True }} {{ None }} {{ False }}",
        "True None True None False",
    ),
    ("{# comment #}\na\n  {# indented comment #}\nb", "a\nb"),
    (
        "  {% if true %}\n  kept\n  {% endif %}\n end",
        "  kept\n end",
    ),
    ("{%- if true -%}   x   {%- endif +%}\n y", "x\n y"),
    ("a {{- ' b ' -}} c", "a b c"),
    (
        "{% raw %}{{ not rendered }}{% endraw %}",
        "{{ not rendered }}",
    ),
    (
        "{{ messages[0]['content'][0] }}{{ messages[0].content[-1] }}|{{ messages.0.role }}",
        "B |system",
    ),
    (
        "{{ messages[1].content | e }}|{{ messages[1].content | escape }}",
        "Hi &lt;b&gt; &#34;x&#34; é🦙\n|Hi &lt;b&gt; &#34;x&#34; é🦙\n",
    ),
    ("{{ messages[1].content | safe }}", "Hi <b> \"x\" é🦙\n"),
    (
        "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set d = dict(x=1) %}{{ d.x }}{{ d }}",
        "121{'x': 1}",
    ),
    (
        "{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }},{% endfor %}",
        "3,7,",
    ),
    (
        "{{ loop is defined }}{% for i in [1,2,3] %}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.previtem is defined }}{{ loop.nextitem | default('-') }}{{ loop.cycle('a','b') }} {% endfor %}",
        "FalseTrueFalse33False2a FalseFalse32True3b FalseTrue31True-a ",
    ),
    ("{% filter upper %}x {{ 'y' }}{% endfilter %}", "X Y"),
    (
        "{% macro wrap() %}[{{ caller('in') }}]{% endmacro %}{% call(x) wrap() %}{{ x }}{% endcall %}",
        "[in]",
    ),
    ("{% with x = 3 %}{{ x }}{% endwith %}", "3"),
    ("{{ messages[5] is defined }} {{ messages[5] }}", "False "),
    (
        "{{ 'x' * 3 }} {{ [1] + [2] }} {{ [0] * 2 }}",
        "xxx [1, 2] [0, 0]",
    ),
    (
        "{{ messages[2].tool_calls[0].function.arguments is mapping }}{{ messages[2].tool_calls is iterable and messages[2].tool_calls is not mapping }}",
        "TrueTrue",
    ),
    (
        "{{ bos_token }}{{ eos_token }}{{ unk_token is defined }}{{ pad_token }}",
        "<s></s>False",
    ),
    (
        "{{ ' '.join(['a', 'b']) }} {{ ', '.join(messages | map(attribute='role')) }}",
        "a b system, user, assistant, tool, assistant",
    ),
    (
        "{{ '{} and {}'.format('a', 2) }} {{ '{a:>4}'.format(a=1) }}",
        "a and 2    1",
    ),
    ("{{ messages | tojson | length }}", "430"),
    (
        "{{ 'a\"b\\\\c/d\\u2028' | tojson }}",
        "\"a\\\"b\\\\c/d\u{2028}\"",
    ),
    (
        "{{ namespace(a=1).a }}{% set ns = namespace() %}{% set ns.x = [1] %}{% set ns.x = ns.x + [2] %}{{ ns.x }}",
        "1[1, 2]",
    ),
    (
        "{% if messages[2].content %}t{% else %}f{% endif %}{% if [] %}t{% else %}f{% endif %}{% if {} %}t{% else %}f{% endif %}{% if '' %}t{% else %}f{% endif %}{% if 0 %}t{% else %}f{% endif %}{% if 0.0 %}t{% else %}f{% endif %}",
        "ffffff",
    ),
    (
        "{{ not messages[0].x }} {{ (messages[0].x or 'y') }} {{ 'a' and 'b' }} {{ none or [] }}",
        "True y b []",
    ),
    (
        "{{ 'é🦙' | length }} {{ 'é🦙'[1] }} {{ 'ÀÉ'.lower() }}",
        "2 🦙 \u{e0}é",
    ),
    (
        "{{ ['a','b'] | map('upper') | list }} {{ [{'n': 2}, {'n': 1}] | sort(attribute='n') | map(attribute='n') | list }} {{ ['x', '', none] | select | list }} {{ [1,2,3,4] | select('odd') | list }} {{ [{'r':'a'},{'r':'b'},{'r':'a'}] | groupby('r') | map(attribute=0) | list }}",
        "['A', 'B'] [1, 2] ['x'] [1, 3] ['a', 'b']",
    ),
    (
        "{%- set loop_messages = messages %}\n{%- for message in loop_messages %}\n    {%- set content = '<|start|>' + message['role'] + '\\n' + (message['content'] or '') | trim + '<|end|>' %}\n    {%- if loop.index0 == 0 %}\n        {%- set content = bos_token + content %}\n    {%- endif %}\n    {{- content }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|start|>assistant\\n' }}\n{%- endif %}",
        "<s><|start|>system\nBe  kind.<|end|><|start|>user\nHi <b> \"x\" é🦙<|end|><|start|>assistant\n<|end|><|start|>tool\n3<|end|><|start|>assistant\n<think>\nwhy\n</think>\n\nThree.<|end|><|start|>assistant\n",
    ),
    (
        "{% for m in messages recursive %}{{ m.role[0] }}{% endfor %}",
        "suata",
    ),
    (
        "{{ messages[0]['content'] | replace('Be', 'Stay') | trim | length }}",
        "11",
    ),
    ("{{ 'a' 'b' }}", "ab"),
    (
        "{{ {'a': {'b': none}}.a.b }} {{ {'x': 1}['x'] }} {{ {1: 'one'}[1] }}",
        "None 1 one",
    ),
    (
        "{% if messages[0] == {'role': 'system', 'content': 'Be  kind. '} %}same{% endif %}",
        "same",
    ),
    (
        "{{ messages[2].tool_calls[0].function.arguments.b }} {{ messages[2].tool_calls[0].function }}",
        "[2.5, None, True] {'name': 'add', 'arguments': {'a': 1, 'b': [2.5, None, True], 'c': {'d': 'é'}}}",
    ),
    ("{{ 'a\nb' }}", "a\nb"),
    ("{{ \"\\x41\\u00e9\\t|\" }}", "Aé\t|"),
    (
        "{{ 'abc'.isalpha() }} {{ '12'.isdigit() }} {{ ''.join([]) }}",
        "True True ",
    ),
    (
        "{{ 'l1\\nl2'.splitlines() }} {{ 'ab'.isupper() }} {{ 'a'.islower() }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }} {{ 'abc'.rfind('c') }} {{ ' '.isspace() }}",
        "['l1', 'l2'] False True bc ab 2 True",
    ),
    (
        "{{ 1 if none is none else 2 }} {{ 'x' is in(['x']) }} {{ 4 is divisibleby(2) }} {{ 3 is odd }} {{ 'a' is eq('a') }} {{ 1 is ne(2) }}",
        "1 True True True True True",
    ),
    (
        "{{ 3 is gt(2) }} {{ 'A' is upper }} {{ true is true }} {{ false is false }} {{ 'a' is lower }} {{ 3 is even }} {{ 1 is sameas(1) }} {{ 'a' is equalto('a') }} {{ 2 is lessthan(3) }}",
        "True True True True True False True True True",
    ),
    ("{{ '{} and {}'.format('a', 2) }}", "a and 2"),
    (
        "{{ messages | selectattr('role', 'in', ['user', 'tool']) | map(attribute='role') | join('+') }} {{ messages | selectattr('tool_calls') | list | length }}",
        "user+tool 1",
    ),
    (
        "{{ messages | groupby('role') | map('first') | list }}",
        "['assistant', 'system', 'tool', 'user']",
    ),
    (
        "{{ messages[1]['content'] | list | first }} {{ 'ab' | list }} {{ messages[0] | list }}",
        "H ['a', 'b'] ['role', 'content']",
    ),
    (
        "{{ messages[0].items() | list }} {% for k in messages[0] %}{{ k }}{% endfor %}",
        "[('role', 'system'), ('content', 'Be  kind. ')] rolecontent",
    ),
    (
        "{{ 'a,b' .split(',') | last }} {{ ('a' ~ 'b') | upper }} {{ not true }} {{ 5 | abs }} {{ -5 | abs }} {{ [1,2] | tojson }} {{ 'x' | tojson }} {{ none | tojson }} {{ true | tojson }} {{ 1.0 | tojson }}",
        "b AB False 5 5 [1, 2] \"x\" null true 1.0",
    ),
    (
        "{{ messages[2].tool_calls | map(attribute='function.name') | join(', ') }} {{ messages | map(attribute='name', default='-') | join }}",
        "add -----",
    ),
    (
        "{% set ns = namespace(last=messages|length - 1) %}{% for m in messages[::-1] %}{% set i = (messages|length - 1) - loop.index0 %}{% if m.role == 'user' and not (m.content.startswith('<tool>') and m.content.endswith('</tool>')) %}{% set ns.last = i %}{% endif %}{% endfor %}{{ ns.last }}",
        "1",
    ),
    (
        "{{ messages[4].content.split('</think>') | length }}{{ '</think>' in messages[4].content }}{{ messages[4].reasoning_content is string }}",
        "2TrueTrue",
    ),
    (
        "{{ 'abc' | first }}{{ 'abc' | last }}{{ 'abc' | length }}{{ 'a-b' | replace('-', ' ') | title }}{{ ' a ' | trim }}{{ 'xax' | trim('x') }}",
        "ac3A Baa",
    ),
    (
        "{% for i in range(3) %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}{% for x in 'ab' %}{{ x }}{% endfor %}",
        "02ab",
    ),
    (
        "{{ messages[0] | string }}",
        "{'role': 'system', 'content': 'Be  kind. '}",
    ),
    (
        "{{ [{'type': 'text', 'text': 'x'}, {'type': 'image'}] | selectattr('type', 'eq', 'text') | map(attribute='text') | join('') }}",
        "x",
    ),
    (
        "{{ 5 is string }}{{ none is string }}{{ none is mapping }}{{ none is iterable }}{{ 5 is iterable }}{{ undefined is sequence }}{{ 5 is sequence }}{{ none is number }}{{ true is number }}{{ 'a' is mapping }}{{ true is integer }}",
        "FalseFalseFalseFalseFalseTrueFalseFalseTrueFalseFalse",
    ),
    (
        "{{ (messages[0].content | default('')) }}{{ messages[0].nope | default(none) }}{{ messages[0].nope | d('x') }}{{ false | default('y', True) }}",
        "Be  kind. Nonexy",
    ),
    (
        "{% if messages[0]['tool_calls'] is defined and messages[0]['tool_calls'] is not none %}a{% elif 'tool_calls' in messages[2] and messages[2].tool_calls %}b{% endif %}",
        "b",
    ),
    (
        "{{ {'type': 'object', 'properties': {'a': {'type': ['string', 'null'], 'enum': ['x<y', \"it's\"]}}} | tojson }}",
        "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": [\"string\", \"null\"], \"enum\": [\"x<y\", \"it's\"]}}}",
    ),
    (
        "{{ \"x<y>&'\\\"\" | tojson }} {{ 'tab\tnew' | tojson }} {{ '\\x7f\\x00' | tojson }}",
        "\"x<y>&'\\\"\" \"tab\\tnew\" \"\u{7f}\\u0000\"",
    ),
    ("{{ ('a' if 1 else 'b') ~ ('c' if 0) }}", "a"),
    (
        "{%- for m in messages %}\n{%- if m.content is not none and m.content | length > 3 %}\n{{ m.role }}: {{ m.content | trim }}\n{%- endif %}\n{%- endfor %}",
        "system: Be  kind.user: Hi <b> \"x\" é🦙assistant: <think>\nwhy\n</think>\n\nThree.",
    ),
    (
        "\t{%- if true %}\ttab{% endif %}   \n  {{ 'x' }}  \n{% if true %}\n\ny{% endif %}\n\nz",
        "\ttab   \n  x  \n\ny\nz",
    ),
    (
        "{{ messages | tojson(indent=2, ensure_ascii=false) | indent(4) }}",
        "[\n      {\n        \"role\": \"system\",\n        \"content\": \"Be  kind. \"\n      },\n      {\n        \"role\": \"user\",\n        \"content\": \"Hi <b> \\\"x\\\" é🦙\\n\"\n      },\n      {\n        \"role\": \"assistant\",\n        \"content\": null,\n        \"tool_calls\": [\n          {\n            \"id\": \"1\",\n            \"type\": \"function\",\n            \"function\": {\n              \"name\": \"add\",\n              \"arguments\": {\n                \"a\": 1,\n                \"b\": [\n                  2.5,\n                  null,\n                  true\n                ],\n                \"c\": {\n                  \"d\": \"é\"\n                }\n              }\n            }\n          }\n        ]\n      },\n      {\n        \"role\": \"tool\",\n        \"content\": \"3\",\n        \"tool_call_id\": \"1\"\n      },\n      {\n        \"role\": \"assistant\",\n        \"content\": \"<think>\\nwhy\\n</think>\\n\\nThree.\",\n        \"reasoning_content\": \"why\"\n      }\n    ]",
    ),
    (
        "{{ strftime_now(\"%-d/%-m/%y %I:%M %p\") }}",
        "14/3/25 09:26 AM",
    ),
    (
        "{{ 'a' < 'b' }} {{ [1,2] == [1,2] }} {{ {'a':1} == {'a':1} }} {{ 'a' != 'b' }} {{ 3 in [1,2,3] }} {{ 1 is defined and 2 > 1 }}",
        "True True True True True True",
    ),
    (
        "{{ [1, [2, 3]] | tojson }} {{ messages[0].content[:2] }} {{ messages[0].content[-3:] }} {{ [][0] is defined }} {{ 'abc'[5:] }}|",
        "[1, [2, 3]] Be d.  False |",
    ),
    (
        "{% set x = messages[0].content.split() %}{{ x[0] }}{% set y %}{{ x | join('_') }}{% endset %}{{ y }}",
        "BeBe_kind.",
    ),
    ("{{ dict(a=1, **{'b': 2}) }}", "{'a': 1, 'b': 2}"),
    (
        "{{ messages[0].copy() }}",
        "{'role': 'system', 'content': 'Be  kind. '}",
    ),
    ("{{ range(10)[2:4] | list }}", "[2, 3]"),
    (
        "{{ '-'.join('a.b.c'.rsplit('.', 1)) }} {{ 'a-b-c'.partition('-')[2] }} {{ 'a-b-c'.rpartition('-')[0] }} {{ 'x'.rpartition('-')[2] }}",
        "a.b-c b-c a-b x",
    ),
    (
        "{{ 'x'.zfill(3) if false else 'l1\\nl2'.splitlines() }} {{ 'ab'.isupper() }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }} {{ 'abc'.rfind('c') }}",
        "['l1', 'l2'] False bc ab 2",
    ),
];

/// Templates that Jinja refuses.
const REFUSED: &[&str] = &[
    "{{ raise_exception('no') }}",
    "{% call(x) wrap() %}{{ x }}{% endcall %}",
    "{{ messages[5].role }}",
    "{{ messages[0].foo }}|{{ messages[0].foo.bar }}",
    "{{ 'a' + 1 }}",
    "{{ none + 'a' }}",
    "{% set l = [] %}{{ l.append(1) }}{{ l }}",
    "{{ messages[0].pop('role') }}",
    "{{ messages[0].update({'a': 1}) }}",
];

fn conversation() -> Json {
    json!([{"role": "system", "content": "Be  kind. "}, {"role": "user", "content": "Hi <b> \"x\" é🦙\n"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": [2.5, null, true], "c": {"d": "é"}}}}]}, {"role": "tool", "content": "3", "tool_call_id": "1"}, {"role": "assistant", "content": "<think>\nwhy\n</think>\n\nThree.", "reasoning_content": "why"}])
}

fn render(source: &str) -> Result<String> {
    let tokens = ["<s>", "</s>"].map(|token| Some(token.to_owned()));
    let [bos, eos] = tokens;
    let config = TemplateConfig::from_source(source.into(), bos, eos);
    let template = ChatTemplate::from_config(config)?.unwrap();
    template.render(&ChatInput::new(conversation(), tests::NOW))
}

#[test]
fn everything_renders_as_in_jinja() {
    let differing: Vec<String> = CASES
        .iter()
        .filter_map(|(source, expected)| match render(source) {
            Ok(text) if text == *expected => None,
            got => Some(format!("{source}\n got {got:?}\nwant {expected:?}")),
        })
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn what_jinja_refuses_is_refused() {
    for source in REFUSED {
        assert!(render(source).is_err(), "{source}");
    }
}
