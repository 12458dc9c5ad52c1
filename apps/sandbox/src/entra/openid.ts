import type { JSONWebKeySet } from 'jose';
import { issuerOf } from './tokens.js';

/**
 * The OpenID configuration of a tenant, or of `organizations` with Entra's template for the issuer. It names as much as
 * Entra's does; response types other than `code` have to be switched on for an application, and are not here.
 */
export function openidConfiguration(origin: string, segment: string, tenantId: string | undefined): object {
  // Entra names a tenant by its id, however it was asked for.
  const base = `${origin}/${tenantId ?? segment}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuerOf(origin, tenantId ?? '{tenantid}'),
    request_uri_parameter_supported: false,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: [
      ...['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'nonce'],
      ...['preferred_username', 'name', 'tid', 'ver', 'at_hash', 'c_hash', 'email'],
    ],
    tenant_region_scope: tenantId === undefined ? null : 'EU',
    cloud_instance_name: 'microsoftonline.com',
  };
}

/** Entra's keys name the issuer they are for, and no algorithm. */
export function keysOf({ keys }: JSONWebKeySet, origin: string, tenantId: string | undefined): JSONWebKeySet {
  return {
    keys: keys.map(({ kty, use, kid, n, e }) => ({
      ...{ kty, use, kid, n, e },
      cloud_instance_name: 'microsoftonline.com',
      issuer: issuerOf(origin, tenantId ?? '{tenantid}'),
    })) as JSONWebKeySet['keys'],
  };
}
