// An application on npm oauth4webapi: pushed requests, client_secret_basic.
import * as oauth from 'oauth4webapi';
import { done, hearLogout, told, visit } from './party.mjs';

const issuer = new URL(told.issuer);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
done('discovery');
const client = { client_id: told.client_id, id_token_signed_response_alg: told.id_token_alg };
const own = oauth.ClientSecretBasic(told.secret);
const verifier = oauth.generateRandomCodeVerifier();
const nonce = oauth.generateRandomNonce();
const state = oauth.generateRandomState();
const wanted = new URLSearchParams({
  client_id: told.client_id, redirect_uri: told.redirect_uri, response_type: 'code', scope: 'openid profile', nonce, state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
});
const pushed = await oauth.processPushedAuthorizationResponse(
  server, client, await oauth.pushedAuthorizationRequest(server, client, own, wanted),
);
done('par');
const address = new URL(server.authorization_endpoint);
address.searchParams.set('client_id', told.client_id);
address.searchParams.set('request_uri', pushed.request_uri);
const params = oauth.validateAuthResponse(server, client, await visit(address), state);
done('code');
const tokens = await oauth.processAuthorizationCodeResponse(
  server, client, await oauth.authorizationCodeGrantRequest(server, client, own, params, told.redirect_uri, verifier),
  { expectedNonce: nonce, requireIdToken: true },
);
const claims = oauth.getValidatedIdTokenClaims(tokens);
done('tokens');
const read = async (access) => oauth.processUserInfoResponse(
  server, client, claims.sub, await oauth.userInfoRequest(server, client, access),
);
await read(tokens.access_token);
done('userinfo');
const fresh = await oauth.processRefreshTokenResponse(
  server, client, await oauth.refreshTokenGrantRequest(server, client, own, tokens.refresh_token),
);
await read(fresh.access_token);
done('refresh');
const out = oauth.generateRandomState();
const end = new URL(server.end_session_endpoint);
end.search = new URLSearchParams({
  id_token_hint: tokens.id_token, post_logout_redirect_uri: told.post_logout_uri, state: out,
});
if ((await visit(end)).searchParams.get('state') !== out) throw new Error('another state');
done('logout');
await hearLogout(told.issuer, server.jwks_uri, claims);
done('backchannel');
process.exit(0);
