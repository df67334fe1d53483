/** What scripts added to the page and the server does not know of. */
export const MINE = 'data-mine';

/**
 * Makes one element like another, touching only what differs: focus, selection, scroll and what is folded open stay. Elements
 * with an id are the same where the id is.
 */
export function morph(from: Element, to: Element): void {
  copyAttributes(from, to);
  if (from instanceof HTMLInputElement) return;
  morphChildren(from, to);
}

/** Attributes that belong to whoever looks, and not to the server. */
function isKept(element: Element, name: string): boolean {
  if (name === 'open') return element.localName === 'details';
  return name === 'tabindex' && element.classList.contains('cell');
}

function copyAttributes(from: Element, to: Element): void {
  for (const { name, value } of to.attributes) {
    if (!isKept(from, name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (!isKept(from, name) && !to.hasAttribute(name)) from.removeAttribute(name);
  }
}

function morphChildren(from: Element, to: Element): void {
  const known = new Map<string, Element>();
  for (const child of from.children) if (child.id !== '') known.set(child.id, child);
  const wanted = new Set<string>();
  for (const child of to.children) if (child.id !== '') wanted.add(child.id);

  let cursor = skip(from.firstChild);
  for (const next of [...to.childNodes]) {
    const match = findMatch(next, cursor, known, wanted);
    if (!match) {
      from.insertBefore(document.importNode(next, true), cursor);
      continue;
    }
    if (match === cursor) cursor = skip(cursor.nextSibling);
    else from.insertBefore(match, cursor);
    if (match instanceof Element) morph(match, next as Element);
    else if (match.nodeValue !== next.nodeValue) match.nodeValue = next.nodeValue;
  }
  while (cursor) {
    const gone = cursor;
    cursor = skip(cursor.nextSibling);
    gone.remove();
  }
}

function findMatch(
  next: ChildNode,
  cursor: ChildNode | null,
  known: ReadonlyMap<string, Element>,
  wanted: ReadonlySet<string>,
): ChildNode | undefined {
  if (next instanceof Element && next.id !== '') {
    const same = known.get(next.id);
    return same?.localName === next.localName ? same : undefined;
  }
  if (!cursor || cursor.nodeType !== next.nodeType) return undefined;
  if (!(cursor instanceof Element)) return cursor;
  const isSame = cursor.localName === (next as Element).localName && !wanted.has(cursor.id);
  return isSame && cursor.id === '' ? cursor : undefined;
}

function skip(node: ChildNode | null): ChildNode | null {
  let at = node;
  while (at instanceof Element && at.hasAttribute(MINE)) at = at.nextSibling;
  return at;
}
