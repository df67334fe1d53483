import type { Random } from '../../../reconciler/model/clock.ts';
import { parseTemplate } from '../../../reconciler/templates/template.ts';
import { demand, type Target } from '../target.ts';

const VALUES = {
  host: { name: 'web-1', cpus: 4, labels: { role: 'web' } },
  etcd: { endpoints: ['http://a:2379', 'http://b:2379'] },
  vars: { text: 'x'.repeat(10_000), empty: '' },
};
const PIECES = [
  ...[
    '{{',
    '}}',
    '{%',
    '%}',
    '{%-',
    '-%}',
    ' if ',
    ' elsif ',
    ' else ',
    ' endif ',
    ' unless ',
    ' endunless ',
    ' for i in ',
  ],
  ...[
    ' endfor ',
    ' assign a = ',
    ' capture a ',
    ' endcapture ',
    ' case ',
    ' when ',
    ' endcase ',
    ' raw ',
    ' endraw ',
    ' cycle ',
  ],
  ...[' comment ', ' endcomment ', ' break ', ' continue ', ' echo ', ' # ', ' include ', ' render ', ' layout '],
  ...[
    'host',
    '.name',
    '.labels',
    '["role"]',
    'etcd.endpoints',
    'vars.text',
    'a',
    'i',
    'forloop.index',
    '(1..',
    '9)',
    '99999)',
  ],
  ...[
    '.constructor',
    '.__proto__',
    '.size',
    '.first',
    '[0]',
    '[',
    ']',
    '(',
    ')',
    ' | append: ',
    ' | split: ',
    ' | join: ',
  ],
  ...[
    ' | replace: ',
    ' | json',
    ' | times: ',
    ' | slice: ',
    ' | sort',
    ' | concat: ',
    ' | shellquote',
    ' | base64_encode',
  ],
  ...['""', "'x'", '0', '-1', '1e9', ' == ', ' contains ', ' and ', ':', ',', '\n', ' ', 'text'],
];

/** Templates of profiles: every input has an answer, the same each time, and what is given stays as it is. */
export const templatesTarget: Target = {
  name: 'templates',
  seeds: () =>
    ['{{ host.name }}\n{% for e in etcd.endpoints %}{{ e | json }},{% endfor %}'].map((text) => Buffer.from(text)),
  grammar: (random: Random) =>
    Array.from({ length: 2 + random() * 40 }, () => PIECES[Math.floor(random() * PIECES.length)]!).join(''),
  read(input) {
    const text = input.toString('utf8');
    const before = JSON.stringify(VALUES);

    const [one, other] = [render(text), render(text)];

    demand(one === other, 'it gives something else the second time');
    demand(JSON.stringify(VALUES) === before, 'it changes what it is given');
    demand(one.length < 2_000_000, 'a text without end');
    demand(({} as Record<string, unknown>).polluted === undefined, 'a prototype was changed');
  },
};

function render(text: string): string {
  const parsed = parseTemplate(text);
  const rendered = 'fault' in parsed ? parsed : parsed.template.render(VALUES);
  if ('text' in rendered) return rendered.text;
  const { line, column, message } = rendered.fault;
  demand(line >= 1 && column >= 1, `a fault at ${line}:${column}`);
  demand(message.length < 1000, 'a message without end');
  return `${line}:${column} ${message}`;
}
