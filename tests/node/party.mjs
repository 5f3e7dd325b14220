// What both node applications share: they talk to the driver in JSON lines, which plays browser and web server.
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import * as jose from 'jose';

export const told = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function ask(question) {
  process.stdout.write(`${JSON.stringify(question)}\n`);
  return JSON.parse((await answers.next()).value);
}

/** Sends the person to an address; where the browser came back to. */
export const visit = async (url) => new URL((await ask({ visit: String(url) })).landed);

/** Says that a step of the journey is done. */
export const done = (step) => process.stdout.write(`${JSON.stringify({ done: step })}\n`);

/** The key which proves the application, as the Web Cryptography API has it. */
export const ownKey = async () => ({ key: await jose.importJWK(told.key, 'ES256'), kid: told.key.kid });

/** Receives a logout token and verifies it after OpenID Connect Back-Channel Logout 2.6. */
export async function hearLogout(issuer, jwksUri, claims) {
  const { logout_token: token } = await ask({ want: 'logout_token' });
  const keys = jose.createRemoteJWKSet(new URL(jwksUri));
  const options = { issuer, audience: told.client_id, typ: 'logout+jwt', requiredClaims: ['iat', 'exp', 'jti', 'events'] };
  const { payload } = await jose.jwtVerify(token, keys, options);
  if (payload.nonce !== undefined) throw new Error('a nonce stands in the logout token');
  if (!payload.events['http://schemas.openid.net/event/backchannel-logout']) throw new Error('no logout event');
  if (payload.sid !== undefined ? payload.sid !== claims.sid : payload.sub !== claims.sub) throw new Error('someone else');
}
