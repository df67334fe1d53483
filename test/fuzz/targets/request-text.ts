/**
 * A request as an input tells it: a first line `METHOD PATH`, then header lines, an empty line and a body. Undefined: no HTTP
 * server would let it through.
 */
export function requestOf(input: Buffer): Request | undefined {
  const [head = '', body] = input.toString('latin1').split('\n\n', 2);
  const [line = '', ...headers] = head.split('\n');
  const [method = 'GET', ...path] = line.split(' ');
  try {
    const fields = headers.flatMap((header): [string, string][] => {
      const at = header.indexOf(':');
      return at > 0 ? [[header.slice(0, at), header.slice(at + 1)]] : [];
    });
    // Only by a name of this machine is a view asked that wants no sign-in.
    const url = new URL(`http://localhost/${path.join(' ').replace(/^\/+/, '')}`);
    return new Request(url, { method, headers: fields, ...(/^(GET|HEAD)$/i.test(method) ? {} : { body }) });
  } catch {
    return undefined;
  }
}
