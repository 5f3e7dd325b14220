// The control: npm oidc-provider, told by a JSON file where it listens, who its clients are and who may log in.
// Configured as its documentation recommends for production, with its own sign-in pages. Everything is in memory.
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import Provider from 'oidc-provider';

const told = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.warn = console.info = () => {};

const profile = {
  name: '张伟', family_name: '张', given_name: '伟', preferred_username: told.account, zoneinfo: 'Asia/Shanghai',
  locale: 'zh-CN', updated_at: 1_700_000_000,
};
const contact = {
  email: 'wei@example.com', email_verified: true, phone_number: '+86 138 0000 1234', phone_number_verified: true,
  address: { country: 'CN', locality: '随州市' },
};

const provider = new Provider(told.issuer, {
  clients: told.clients,
  jwks: { keys: told.keys },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...profile, ...contact }) }),
  claims: {
    openid: ['sub'],
    profile: Object.keys(profile),
    email: ['email', 'email_verified'],
    phone: ['phone_number', 'phone_number_verified'],
    address: ['address'],
    acr: null,
    auth_time: null,
    sid: null,
  },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'phone', 'address'],
  acrValues: ['urn:yiwang:acr:password'],
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  // The applications of the checks listen on the loopback, which its own protection would never call.
  fetch: (url, options) => globalThis.fetch(url, { ...options, dispatcher: undefined }),
  enabledJWA: { clientAuthSigningAlgValues: ['PS256', 'ES256', 'EdDSA'] },
  pkce: { required: () => true },
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  enableHttpPostMethods: true,
  cookies: { keys: ['one run of the tests'], short: { sameSite: 'none' }, long: { sameSite: 'none' } },
  // The official suite asks for one application after the other within a minute; nothing else is shortened.
  ttl: { PushedAuthorizationRequest: told.pushedSeconds ?? 60 },
  features: {
    devInteractions: { enabled: Boolean(told.account) },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
    dPoP: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    requestObjects: { enabled: false },
    deviceFlow: { enabled: false },
    userinfo: { enabled: true },
    fapi: { enabled: true, profile: (ctx, client) => (client?.clientId.includes('fapi') ? '2.0' : undefined) },
  },
});
for (const event of ['server_error', 'backchannel.error']) {
  provider.on(event, (...args) => console.error(event, args.find((each) => each instanceof Error)));
}

const handler = provider.callback();
const server = told.certificate
  ? https.createServer({ cert: readFileSync(told.certificate), key: readFileSync(told.key) }, handler)
  : http.createServer(handler);
server.listen(told.port, '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => process.exit(0));
