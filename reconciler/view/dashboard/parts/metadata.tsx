import type { Metadata } from '../../../model/resource.ts';
import { safeHref } from '../links.ts';
import { shown } from '../text.ts';

/** Labels and annotations. An annotation that is a web address is a link; nothing else ever is. */
export function MetadataList({ metadata }: { metadata: Metadata | undefined }) {
  const labels = Object.entries(metadata?.labels ?? {});
  const annotations = Object.entries(metadata?.annotations ?? {});
  if (labels.length + annotations.length === 0) return <></>;
  return (
    <ul class="labels" aria-label="Labels and annotations">
      {labels.map(([name, value]) => (
        <li class="label">{`${shown(name, 80)}=${shown(value, 80)}`}</li>
      ))}
      {annotations.map(([name, value]) => (
        <li>
          <span class="quiet">{`${shown(name, 80)}: `}</span>
          <MaybeLink text={value} />
        </li>
      ))}
    </ul>
  );
}

/** Text of the repository, as a link where it may be one. */
export function MaybeLink({ text }: { text: string }) {
  const href = safeHref(text);
  if (href === undefined) return <>{shown(text)}</>;
  return (
    <a href={href} rel="noreferrer nofollow external">
      {shown(text)}
    </a>
  );
}
