import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../reconciler/templates/template.ts';
import type { TemplateFault } from '../../../reconciler/templates/fault.ts';

const VALUES = {
  host: { name: 'web-1', cpus: 4, labels: { role: 'web', zone: 'a' } },
  etcd: { endpoints: ['http://a:2379', 'http://b:2379'] },
  vars: { mirror: '', text: 'x'.repeat(100_000) },
};

function render(text: string, values = VALUES): string {
  const parsed = parseTemplate(text);
  const rendered = 'fault' in parsed ? parsed : parsed.template.render(values);
  return 'text' in rendered ? rendered.text : told(rendered.fault);
}

function told({ line, column, message }: TemplateFault): string {
  return `${line}:${column} ${message}`;
}

describe('A template', () => {
  it.each([
    ['{{ host.name }} has {{ host.cpus }}', 'web-1 has 4'],
    ['{{ host.labels["role"] }}', 'web'],
    ['{% for e in etcd.endpoints %}{{ e }}\n{% endfor %}', 'http://a:2379\nhttp://b:2379\n'],
    ['{{ etcd.endpoints | join: "," }}', 'http://a:2379,http://b:2379'],
    ['{{ etcd.endpoints | json }}', '["http://a:2379","http://b:2379"]'],
    ['{% if vars.mirror != "" %}m{% endif %}.', '.'],
    ['{% if network %}n{% else %}none{% endif %}', 'none'],
    ['{{ network.name | default: "none" }}', 'none'],
    ['{{ "it\'s" | shellquote }}', "'it'\\''s'"],
    ['{% raw %}{{ kept }}{% endraw %}', '{{ kept }}'],
    ['a\r\n\tb\n', 'a\r\n\tb\n'],
  ])('%j gives %j', (text, expected) => {
    const rendered = render(text);

    expect(rendered).toBe(expected);
  });

  it('leaves the lines around a condition as they are: the next one never ends up on the line before', () => {
    const rendered = render(
      'A="x"\nB="y{% if host.name %} z{% endif %}"\nC="{{ host.name }}{% if network %}{% endif %}"\nD=1\n',
    );

    expect(rendered).toBe('A="x"\nB="y z"\nC="web-1"\nD=1\n');
  });

  it.each([
    ['a\n  {{ host.nmae }}', '2:6 there is no `host.nmae`'],
    ['{{ network.name }}', '1:4 there is no `network`'],
    ['{{ host.name | upcse }}', '1:1 unknown filter `upcse`, did you mean `upcase`?'],
    ['\n{% fro x in y %}', '2:1 unknown tag `fro`, did you mean `for`?'],
    ['{% if host.name %}\nx', '1:1 `{% if host.name %}` is not closed: write `{% endif %}`'],
    ['x {% endif %}', '1:3 `{% endif %}` has nothing to end'],
    ['x {{ host.name', '1:3 `{{` is not closed: write `}}`'],
    ['x\n{% if host.name', '2:1 `{%` is not closed: write `%}`'],
    ['{{ host }}', '1:1 a map cannot be printed: name one of its fields, or use `| json`'],
    ['{{ etcd.endpoints }}', '1:1 a list cannot be printed: use `| join: ","` or `| json`'],
    ['{% for i in (1..2) %}\n {% if true %}{{ host.x }}{% endif %}{% endfor %}', '2:18 there is no `host.x`'],
  ])('%j is refused with %j', (text, expected) => {
    const rendered = render(text);

    expect(rendered).toBe(expected);
  });

  it('tells what it reads, and not what it makes itself', () => {
    const parsed = parseTemplate(
      '{% assign a = host.name %}{{ a }}{% for e in etcd.endpoints %}{{ e }}{% endfor %}\n{{ vars[a] }}',
    );

    const reads = 'template' in parsed ? parsed.template.reads : [];

    expect(reads).toEqual([
      { path: ['host', 'name'], line: 1, column: 15 },
      { path: ['etcd', 'endpoints'], line: 1, column: 46 },
      { path: ['vars'], line: 2, column: 4 },
    ]);
  });

  it('changes nothing of what it is given', () => {
    const values = structuredClone(VALUES);

    render('{% assign host = "x" %}{% capture vars %}y{% endcapture %}{% cycle "a", "b" %}', values);

    expect(values).toEqual(VALUES);
  });
});

describe('A hostile template', () => {
  it.each([
    'constructor',
    '__proto__',
    'constructor.constructor',
    'toString',
    'name.constructor',
    'labels.hasOwnProperty',
    'name.__proto__.constructor',
  ])('sees nothing that is not its own: host.%s', (path) => {
    const rendered = render(`{{ host.${path} }}`);

    expect(rendered).toMatch(/^1:\d+ there is no `host\./);
  });

  it.each([
    'include "package.json"',
    'render "/etc/passwd"',
    'layout "x"',
    'block x',
    'increment host',
    'tablerow x in y',
    'liquid',
  ])('cannot read files or change what it is given: %s', (tag) => {
    const rendered = render(`{% ${tag} %}`);

    expect(rendered).toMatch(/^1:1 unknown tag /);
  });

  it.each(['date: "%s"', 'sample', 'map: "constructor"', 'where_exp: "x", "true"', 'sha256', 'inspect'])(
    'has no clock, no chance and no way around: | %s',
    (filter) => {
      const rendered = render(`{{ "now" | ${filter} }}`);

      expect(rendered).toMatch(/^1:1 unknown filter /);
    },
  );

  it.each([
    ['a long loop', '{% for i in (1..3000000) %}x{% endfor %}'],
    ['loops in loops', '{% for i in (1..1000) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}'],
    ['a text that doubles', '{% assign s = "x" %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}'],
    [
      'a capture that doubles',
      '{% assign s = "x" %}{% for i in (1..99) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}',
    ],
    [
      'a list that doubles',
      '{% assign a = vars.text | split: "" %}{% for i in (1..99) %}{% assign a = a | concat: a %}{% endfor %}',
    ],
    ['a large text many times', '{% for i in (1..10000) %}{{ vars.text }}{% endfor %}'],
    ['a text in place of each letter', '{{ vars.text | replace: "x", vars.text }}'],
    ['a range without end', '{{ (1..99999999999) | join: "" }}'],
    ['many blocks', '{% if true %}'.repeat(5000) + '{% endif %}'.repeat(5000)],
    ['many marks', '{{'.repeat(50_000)],
    ['brackets in brackets', `{{ host${'[host'.repeat(300)}${']'.repeat(300)} }}`],
    ['a mark without end', `{{ host${'.a'.repeat(60_000)} }}`],
    ['too much of it', 'x'.repeat(300_000)],
  ])('ends early: %s', (_, text) => {
    const started = process.cpuUsage();

    const rendered = render(text);

    const used = process.cpuUsage(started);
    expect(rendered).toMatch(/^\d+:\d+ /);
    expect(rendered.length).toBeLessThan(200);
    // Far above what it takes, far below what it would take without limits.
    expect((used.user + used.system) / 1000).toBeLessThan(1500);
  });

  it('never throws, and gives the same every time', () => {
    const piece = fc.constantFrom(
      ...[
        '{{',
        '}}',
        '{%',
        '%}',
        '-',
        ' if ',
        ' for i in ',
        ' endif ',
        ' endfor ',
        'host',
        '.name',
        '[',
        ']',
        '"',
        "'",
        '|',
        ' join: ", "',
      ],
      ...[
        ' assign a = ',
        ' capture b ',
        ' endcapture ',
        '(1..',
        '9)',
        ' raw ',
        ' case ',
        ' when ',
        'etcd.endpoints',
        '\n',
        ' x ',
        '.constructor',
        '0',
        '#',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');

        const first = render(text);
        const second = render(text);

        expect(second).toBe(first);
      }),
      { numRuns: 2000 },
    );
  });
});
