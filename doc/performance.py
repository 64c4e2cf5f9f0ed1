#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The figures of the documentation, which doc/performance.json has, and no other place.

  doc/performance.py take BUILD   runs the benchmarks of a build directory, and writes the file
  doc/performance.py write        brings its figures to the pages, and draws the plots
  doc/performance.py check        fails where a page or a plot says something else

With ERIC_SSE_PYTHON_PACKAGES=OLD:NEW, the folders of the Python package eric-sse in 0.3.2 and in 2.1,
`take` measures them, too.

In a page, <!--=fanout.one.cpu_us-->3.7<!--/--> is a figure; what is in the middle is written
by this script."""

import json
import os
import platform
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
DATA = os.path.join(ROOT, 'doc', 'performance.json')
PAGES = ['README.md', 'doc/performance.md']
FIGURE = re.compile(r'<!--=([\w.]+)-->(.*?)<!--/-->')


def rounded(value, digits=2):
    """To some significant digits, as a page shows it: 0.0675 is 0.068, and 214602 is 210000."""
    value = float(f'{value:.{digits}g}')
    return int(value) if abs(value) >= 10 ** (digits - 1) else value


# What the benchmarks print

# The folders of the Python package, 0.3.2 and 2.1; empty where the package is not there.
OLD, NEW = (os.environ.get('ERIC_SSE_PYTHON_PACKAGES', '').split(':') + ['', ''])[:2]


def run(build, name, *arguments, package=''):
    path = os.path.join(build, 'tests', 'benchmarks', f'bench-{name}')
    env = {**os.environ, **({'ERIC_SSE_PYTHON_PACKAGE': package} if package else {})}
    print(f'bench-{name} runs…', flush=True)
    return subprocess.run([path, *arguments], env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


def run_script(build, script, *interpreter):
    """With the library of the build directory."""
    library = os.path.join(build, 'eric-sse')
    env = dict(os.environ, GI_TYPELIB_PATH=library, LD_LIBRARY_PATH=library,
               PYTHONPATH=os.path.join(ROOT, 'bindings', 'python'),
               GJS_PATH=os.path.join(ROOT, 'bindings', 'javascript'),
               ERIC_SSE_PYTHON_PACKAGE=f'{OLD}:{NEW}')
    print(f'{script} runs…', flush=True)
    return subprocess.run([*interpreter, os.path.join(ROOT, 'tests', 'benchmarks', script)], env=env,
                          check=True, stdout=subprocess.PIPE, text=True).stdout


def numbers(text, pattern):
    match = re.search(pattern, text)
    if match is None:
        sys.exit(f'this is not in what a benchmark printed: {pattern}\n{text}')
    return [float(value) for value in match.groups()]


def read_fanout(text):
    figures = {}
    for scenario in json.loads(text)['scenarios']:
        one = figures[scenario['name']] = {'subscribers': scenario['subscribers']}
        if scenario['name'] == 'memory':
            one['kb'] = rounded(scenario['rss_bytes_per_subscriber']['A'] / 1000)
            one['leave_seconds'] = rounded(scenario['close_ms']['A'] / 1000)
            one['come_seconds'] = rounded(scenario['return_ms']['A'] / 1000)
        else:
            cpu = scenario['cpu_us_per_event']
            one['cpu_us'] = rounded(cpu['A'])
            one['bare_cpu_us'] = rounded(cpu['B'])
            one['ratio'] = rounded(cpu['ratio'])
            one['per_second'] = rounded(scenario['deliveries_per_second']['A'])
    return figures


def read_parser(text):
    figures = {}
    for name, stream in ('data', 'data'), ('full', 'id, event, data'):
        figures[name] = {}
        for reader in 'callback', 'next':
            speed, events, ratio = numbers(text, rf'(?m)^{stream} +{reader} +([\d.]+) +([\d.]+) +([\d.]+)$')
            figures[name][reader] = {'gb': rounded(speed), 'million_events': rounded(events), 'ratio': rounded(ratio)}
    return figures


def read_processing(text):
    task, bare, ratio = numbers(text, r'does nothing, GThreadPool beside +([\d.]+) ns, beside +([\d.]+): ([\d.]+)')
    speedup, = numbers(text, r'two workers do ([\d.]+) times')
    through = re.findall(r'through a channel +([\d.]+) ns a task, memory grew by (-?\d+) KiB', text)
    executor, = numbers(text, r'ThreadPoolExecutor +([\d.]+) ns')
    return {'task_us': rounded(task / 1000), 'bare_task_us': rounded(bare / 1000), 'ratio': rounded(ratio),
            'speedup': round(speedup, 2), 'through_us': rounded(float(through[-1][0]) / 1000),
            'through_kib': int(through[-1][1]), 'python_executor_us': rounded(executor / 1000)}


def read_socket(text):
    lines, _, ratio = numbers(text, r'broadcasts on one connection +(\d+) a second, the bare loop (\d+): ([\d.]+)')
    ahead, = numbers(text, r'1,000 calls ahead +(\d+)')
    connections, = numbers(text, r'(?m)^one on each connection +(\d+)')
    figures = {'lines_per_second': rounded(lines), 'ratio': rounded(ratio), 'ahead_per_second': rounded(ahead),
               'connections_per_second': rounded(connections)}
    package = re.search(r"the Python package's server +(\d+)", text)
    if package:
        figures['python_connections_per_second'] = rounded(float(package[1]))
    return figures


PYTHON = {'message': 'a message, dict', 'broadcast': 'broadcast to 100 listeners, per listener',
          'dispatch': 'dispatch to one', 'deliver': 'deliver_next', 'payload': 'read its payload',
          'stream': 'async for', 'batch': 'async for, in batches'}


def read_python(text):
    """Ours, then the peers, 0.3.2 and 2.1: nanoseconds, and how many times ours they take."""
    figures = {}
    for key, name in PYTHON.items():
        ours, *_, first, second = numbers(text, rf'(?m)^{name} +(\d+) +(\d+) +(\d+) +([\d.]+) +([\d.]+)$')
        figures[key] = {'ns': rounded(ours), 'ratio_0_3': rounded(first), 'ratio_2_1': rounded(second)}
    return figures


JAVASCRIPT = {'message': 'a message made', 'payload': 'a payload read', 'broadcast': 'a broadcast to 100 listeners',
              'stream': 'a message in for await', 'batch': 'a message in nextBatchAsync()'}


def read_javascript(text):
    """Beside bare JavaScript: nanoseconds, and how many times its time."""
    figures = {}
    for key, name in JAVASCRIPT.items():
        ours, ratio = numbers(text, rf'(?m)^{re.escape(name)} +\d+ ns +(\d+) ns +([\d.]+)$')
        figures[key] = {'ns': rounded(ours), 'ratio': rounded(ratio)}
    return figures


def take(build):
    benchmarks = os.path.join(ROOT, 'tests', 'benchmarks')
    with open(DATA, encoding='utf-8') as file:
        data = json.load(file)
    data['machine'] = {'cores': os.cpu_count(), 'system': f'{platform.system()} {platform.machine()}'}
    data['fanout'] = read_fanout(run(build, 'fanout', '--json', os.path.join(build, 'eric-sse', 'tool', 'eric-sse')))
    data['parser'] = read_parser(run(build, 'parser'))
    data['processing'] = read_processing(run(build, 'processing', os.path.join(benchmarks, 'peer-executor.py'),
                                             package=OLD))
    # What is measured beside the Python package stays where the package is not there.
    if OLD and NEW:
        data['python'] = read_python(run_script(build, 'bench-python.py', '/usr/bin/python3'))
    data['javascript'] = read_javascript(run_script(build, 'bench-javascript.js', 'gjs', '-m'))
    data['socket'].update(read_socket(run(build, 'socket', os.path.join(benchmarks, 'peer-socket-server.py'),
                                           package=NEW)))
    with open(DATA, 'w', encoding='utf-8') as file:
        json.dump(data, file, indent=2)
        file.write('\n')


# What the pages say

def look_up(data, key):
    for part in key.split('.'):
        data = data[part]
    return data


def show(value):
    return f'{value:,}' if isinstance(value, (int, float)) else value


def fill(data, text):
    return FIGURE.sub(lambda match: f'<!--={match[1]}-->{show(look_up(data, match[1]))}<!--/-->', text)


# The plots, as bars that lie; SVG, so that no library is needed

STYLE = '''text { font-family: Cantarell, 'Noto Sans', 'DejaVu Sans', sans-serif; font-size: 14px; fill: #1a2433 }
    .title { font-size: 16px; font-weight: bold }
    .note { fill: #5b6675; font-size: 13px }
    .ours { fill: #3a76b8 }
    .bare { fill: #b9c2ce }'''

LEFT, RIGHT, WIDTH, BAR, GAP, GROUP_GAP, TOP = 235, 190, 880, 22, 4, 20, 84


def draw(title, note, groups):
    """Groups of a name and bars; a bar is its class, its name, its value and how it is shown."""
    most = max(value for _, bars in groups for _, _, value, _ in bars)
    out, y = [], TOP
    for name, bars in groups:
        height = len(bars) * (BAR + GAP) - GAP
        for n, line in enumerate(name):
            at = y + height / 2 + 5 + (n - (len(name) - 1) / 2) * 18
            out.append(f'<text x="{LEFT - 14}" y="{at:.0f}" text-anchor="end"{" class=" + chr(34) + "note" + chr(34) if n else ""}>{line}</text>')
        for kind, what, value, shown in bars:
            length = max(2, (WIDTH - LEFT - RIGHT) * value / most)
            out.append(f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>')
            out.append(f'<text x="{LEFT + length + 8:.1f}" y="{y + 16}">{shown} <tspan class="note">{what}</tspan></text>')
            y += BAR + GAP
        y += GROUP_GAP - GAP
    body = '\n  '.join(out)
    return f'''<?xml version="1.0" encoding="UTF-8"?>
<!-- Copyright 2026 The eric-sse authors
     SPDX-License-Identifier: LGPL-2.1-or-later

     Drawn by doc/performance.py from doc/performance.json. -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 6}">
  <title>{title}</title>
  <style>
    {STYLE}
  </style>
  <rect width="{WIDTH}" height="{y + 6}" rx="10" fill="#fbfcfd"/>
  <text x="24" y="34" class="title">{title}</text>
  <text x="24" y="58" class="note">{note}</text>
  {body}
</svg>
'''


def draw_fanout(data):
    names = {'one': 'one message at a time', 'pipelined': '64 messages ahead', 'many': 'one message at a time'}
    groups = []
    for scenario, what in names.items():
        figures = data['fanout'][scenario]
        groups.append(((f'{figures["subscribers"]:,} subscribers', what), [
            ('ours', 'eric-sse serve', figures['cpu_us'], f'{figures["cpu_us"]} µs'),
            ('bare', 'bare loop', figures['bare_cpu_us'], f'{figures["bare_cpu_us"]} µs')]))
    return draw('Processor time to deliver one event to one subscriber',
                'Shorter is better. The bare loop calls send () for each event and does nothing else.', groups)


def draw_parser(data):
    streams = {'data': 'data alone', 'full': 'id, event and data'}
    readers = {'callback': 'a callback', 'next': 'a message object each'}
    groups = []
    for stream, what in streams.items():
        groups.append(((what, 'events of 100 bytes'), [
            ('ours', readers[reader], figures['gb'], f'{figures["gb"]} GB/s')
            for reader, figures in data['parser'][stream].items()]))
    return draw('What EricSseParser reads in a second, on one core', 'Longer is better.', groups)


PLOTS = {'doc/images/fanout.svg': draw_fanout, 'doc/images/parser.svg': draw_parser}


def main():
    if sys.argv[1:2] == ['take'] and len(sys.argv) == 3:
        return take(sys.argv[2])
    if sys.argv[1:] not in (['write'], ['check']):
        sys.exit(__doc__)
    with open(DATA, encoding='utf-8') as file:
        data = json.load(file)
    wrong, n = [], 0
    results = {}
    for name in PAGES:
        with open(os.path.join(ROOT, name), encoding='utf-8') as file:
            text = file.read()
        n += len(FIGURE.findall(text))
        if re.search(r'^<!--=', text, re.M):
            sys.exit(f'{name}: a line begins with a figure, which Markdown takes for HTML')
        results[name] = text, fill(data, text)
    for name, function in PLOTS.items():
        path = os.path.join(ROOT, name)
        text = ''
        if os.path.exists(path):
            with open(path, encoding='utf-8') as file:
                text = file.read()
        results[name] = text, function(data)
    for name, (before, after) in results.items():
        if before == after:
            continue
        wrong.append(name)
        if sys.argv[1] == 'write':
            with open(os.path.join(ROOT, name), 'w', encoding='utf-8') as file:
                file.write(after)
            print(f'{name} is written')
    print(f'{n} figures, {len(PLOTS)} plots')
    if sys.argv[1] == 'check' and (wrong or n < 20):
        sys.exit(f'differs from doc/performance.json: {", ".join(wrong) or "there are hardly any figures"}; '
                 'doc/performance.py write brings the figures there')
    return None


if __name__ == '__main__':
    main()
