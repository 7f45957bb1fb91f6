// What an unsuccessful answer of a server means, and what to do.

import { JepaError } from '../core/index.ts';
import type { Answer } from './proxy.ts';

/** A download that failed on the way. */
export function unreachable(url: string, why: string, cause?: unknown): JepaError {
  return new JepaError(
    'io',
    `downloading ${url} failed: ${why}; check the connection and run again (it continues), or fetch the file elsewhere ` +
      'and name its folder by --data PATH',
    { url },
    { cause },
  );
}

/** The page of a repository of the hub, from the address of one of its files. */
const pageOf = (url: string): string => url.replace(/\/resolve\/.*$/, '');

/** Reason and remedy for a status, in the words of a hub of models. */
function meaning(url: string, { status, headers }: Answer, withToken: boolean): string {
  switch (status) {
    case 401:
      return withToken
        ? 'the token in HF_TOKEN is not valid: make a new one on the page of your account (Settings, Access Tokens)'
        : `a login is needed: set HF_TOKEN to a token of your account; a name that does not exist is answered the same way: check '${url}'`;
    case 403:
      return withToken
        ? `the account of HF_TOKEN has no access: ask for it, or accept the licence, on ${pageOf(url)}; a fine-grained token must also allow gated repositories`
        : `access must be granted first: accept the licence on ${pageOf(url)}, then set HF_TOKEN to a token of your account`;
    case 404:
      return /EntryNotFound/i.test(headers.get('x-error-code') ?? '')
        ? `the repository has no such file: see what it holds on ${pageOf(url)}`
        : 'there is no such file or repository: check the name';
    case 407:
      return 'the proxy asks for a login: put it into HTTPS_PROXY, http://user:password@host:port';
    case 416:
      return 'what was downloaded does not fit: run again, it begins anew';
    case 429:
      return 'too many requests: wait some minutes and run again (it continues); with HF_TOKEN the limit is higher';
    default:
      return status >= 500
        ? 'the server is in trouble: run again later (it continues)'
        : 'check the address and HF_ENDPOINT, or fetch the file elsewhere and name its folder by --data PATH';
  }
}

/** An `io` error for an answer that is no success, with its status in the details. */
export function refusal(url: string, answer: Answer, withToken: boolean): JepaError {
  const { status, statusText, headers } = answer;
  const words = headers.get('x-error-message');
  const said = words === null ? '' : ` ("${words.slice(0, 200)}")`;
  return new JepaError(
    'io',
    `downloading ${url} failed: the server answered ${status} ${statusText}${said}: ${meaning(url, answer, withToken)}`,
    { url, status },
  );
}
