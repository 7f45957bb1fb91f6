// Requests through the proxy that the environment names: HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, except for the hosts of NO_PROXY
// (each also in lower case, which wins). Node's own fetch before version 24 looks at none of them, so undici, the
// library that it is made of, is asked when one is set.

import { JepaError } from '../core/index.ts';

/** What we need of an answer. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: { get(name: string): string | null };
  readonly body: (AsyncIterable<Uint8Array> & { cancel(): Promise<void> }) | null;
}

/** What we say in a request. */
export interface Asked {
  readonly method?: 'GET' | 'HEAD';
  readonly redirect: 'manual';
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | null;
}

/** Asks an address, and says how for messages: through which proxy, if any. */
export interface Asker {
  readonly through: string;
  ask(url: string, asked: Asked): Promise<Answer>;
}

const variable = (name: string): string | undefined =>
  process.env[name.toLowerCase()] || process.env[name] || undefined;

/** The address of a proxy. Errors: `usage` for one that we cannot speak to. */
function proxyOf(name: string): string | undefined {
  const value = variable(name);
  if (value === undefined) return undefined;
  const address = URL.canParse(value) ? new URL(value) : undefined;
  if (address !== undefined && ['http:', 'https:'].includes(address.protocol)) return value;
  throw new JepaError(
    'usage',
    `${name} must be the address of an HTTP proxy, http://host:port, got '${value.replace(/\/\/.*@/, '//')}'; correct or unset it`,
    { name },
  );
}

/**
 * How to ask: directly, or through the proxy of the environment as it is now.
 *
 * @throws JepaError 'usage' for a proxy that is not spoken to (SOCKS), or whose address makes no sense.
 */
export async function asker(): Promise<Asker> {
  const all = proxyOf('ALL_PROXY');
  const https = proxyOf('HTTPS_PROXY') ?? all;
  const http = proxyOf('HTTP_PROXY') ?? all;
  if (http === undefined && https === undefined) return { through: '', ask: (url, asked) => fetch(url, asked) };
  const { EnvHttpProxyAgent, fetch: proxied } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({
    ...(http === undefined ? {} : { httpProxy: http }),
    ...(https === undefined ? {} : { httpsProxy: https }),
    noProxy: variable('NO_PROXY') ?? '',
  });
  const hosts = [...new Set([https, http].flatMap((value) => (value === undefined ? [] : [new URL(value).host])))];
  return {
    through: ` (proxies of the environment: ${hosts.join(', ')})`,
    ask: (url, asked) => proxied(url, { ...asked, dispatcher }),
  };
}
