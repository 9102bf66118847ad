/** Targets by URL: `scheme://[user[:password]@]host[:port][/path][?option=value…]`; the scheme with an `s` appended means TLS. */
import { addressOf, ENCODING_HINT } from '../core/address.js';
import { InferplayError } from '../core/errors.js';
import { parseOptions } from '../core/options.js';
import type { Target, TargetKind } from './target.js';
import { TARGETS } from './targets/index.js';

/** @throws InferplayError USAGE; no message holds the password */
export function createTarget(text: string, kinds: readonly TargetKind[] = TARGETS): Target {
  const known = kinds.flatMap(({ scheme, defaultPort }) => (defaultPort === null ? [`${scheme}:`] : [`${scheme}://`, `${scheme}s://`])).join(', ');
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new InferplayError('USAGE', `That is not the URL of a target: write for example redisai://127.0.0.1:6379 (known: ${known}); ${ENCODING_HINT}.`);
  }
  const scheme = url.protocol.slice(0, -1);
  const plain = kinds.find((kind) => kind.scheme === scheme);
  const kind = plain ?? kinds.find((one) => one.defaultPort !== null && `${one.scheme}s` === scheme);
  if (!kind) throw new InferplayError('USAGE', `There is no target "${scheme}"; known are ${known}.`);
  if (kind.defaultPort !== null && url.hostname === '') throw new InferplayError('USAGE', `The target's URL names no host: write ${scheme}://host:port.`);
  return kind.create(addressOf(url, { defaultPort: kind.defaultPort ?? 0, tls: !plain }), parseOptions(kind.options, parametersOf(url), `The target ${kind.scheme}`));
}

function parametersOf(url: URL): { [name: string]: string } {
  const names = [...url.searchParams.keys()];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new InferplayError('USAGE', `The target's URL has the option "${twice}" twice.`);
  return Object.fromEntries(url.searchParams);
}
