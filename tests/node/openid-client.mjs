// An application on npm openid-client: pushed requests, private_key_jwt, DPoP.
import * as client from 'openid-client';
import { done, hearLogout, ownKey, told, visit } from './party.mjs';

const config = await client.discovery(
  new URL(told.issuer), told.client_id, { id_token_signed_response_alg: told.id_token_alg }, client.PrivateKeyJwt(await ownKey()),
);
done('discovery');
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
const verifier = client.randomPKCECodeVerifier();
const nonce = client.randomNonce();
const state = client.randomState();
const address = await client.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: told.redirect_uri, scope: 'openid profile', nonce, state,
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
}, { DPoP });
done('par');
const landed = await visit(address);
done('code');
const tokens = await client.authorizationCodeGrant(
  config, landed, { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state, idTokenExpected: true }, undefined, { DPoP },
);
const claims = tokens.claims();
done('tokens');
await client.fetchUserInfo(config, tokens.access_token, claims.sub, { DPoP });
done('userinfo');
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
await client.fetchUserInfo(config, fresh.access_token, claims.sub, { DPoP });
done('refresh');
const out = client.randomState();
const back = await visit(client.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token, post_logout_redirect_uri: told.post_logout_uri, state: out,
}));
if (back.searchParams.get('state') !== out) throw new Error('another state');
done('logout');
await hearLogout(told.issuer, config.serverMetadata().jwks_uri, claims);
done('backchannel');
process.exit(0);
