import { NO_LONGER_VARIABLES, TEMPLATE_VARIABLES } from '../template-variables.ts';

/** The section on the variables of templates, and where those of Commissaire are found today. */
export function templateVariables(): string {
  const rows = TEMPLATE_VARIABLES.map(
    ({ name, meaning, was }) => `| \`${name}\` | ${meaning} | ${names(was ?? [])} |\n`,
  );
  const moved = NO_LONGER_VARIABLES.map(({ was, now }) => `| ${names(was)} | ${now} |\n`);
  return `## Template variables

What \`template\` of a HostProfile's file sees, in [Liquid](https://liquidjs.com/tutorials/intro-to-liquid.html). What there is not (a label
that the host does not have, the network of a cluster that names none) is an error, except in \`{% if … %}\` and before \`| default: …\`.
A template has no clock, no chance and no files; \`| shellquote\` makes one word of a shell of a text, and \`| json\` one value of JSON or YAML.

| variable | meaning | in Commissaire |
|---|---|---|
${rows.join('')}
What was a variable in Commissaire and is none any more:

| in Commissaire | now |
|---|---|
${moved.join('')}`;
}

function names(all: readonly string[]): string {
  return all.map((name) => `\`${name}\``).join(', ');
}
