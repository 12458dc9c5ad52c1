/** How Entra words an error that it numbers. */
export interface KnownError {
  /** The OAuth error. */
  error: string;
  sentence: string;
  suberror?: string;
  /** A challenge comes with it, for the next sign-in to pass on. */
  challenge?: true;
  /** 400 where nothing else is said. */
  status?: number;
}

const grant = (sentence: string, suberror?: string): KnownError => ({
  error: 'invalid_grant',
  sentence,
  ...(suberror === undefined ? {} : { suberror }),
});
const step = (sentence: string): KnownError => ({ ...grant(sentence, 'basic_action'), challenge: true });
const request = (sentence: string): KnownError => ({ error: 'invalid_request', sentence });
const client = (sentence: string): KnownError => ({ error: 'invalid_client', sentence, status: 401 });
const busy = (sentence: string): KnownError => ({ error: 'temporarily_unavailable', sentence, status: 503 });
const fault = (sentence: string): KnownError => ({ error: 'server_error', sentence, status: 500 });

const EXPIRED =
  'The refresh token has expired due to inactivity. The token was issued earlier and was inactive for a certain amount of time.';

/**
 * Numbers and sentences are those of Microsoft's page of AADSTS codes; OAuth error and suberror are documented for 65001, 50076 and
 * 70043, seen in public reports for 50173, 70000 to 700084 and 50196, and guessed for 53000 to 53011, 50131 and 90072.
 */
export const knownErrors = {
  // The user has to do something.
  16000: {
    error: 'interaction_required',
    sentence:
      'Either multiple user identities are available for the current request or selected account is not supported for the scenario.',
  },
  50058: { error: 'login_required', sentence: 'Session information is not sufficient for single-sign-on.' },
  50074: step('Strong Authentication is required.'),
  50076: step(
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.',
  ),
  50078: step(
    'Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication to access the resource.',
  ),
  50079: step(
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource.',
  ),
  50158: step('External security challenge not satisfied. User will be redirected to another page to satisfy it.'),
  65001: grant('The user or administrator has not consented to use the application.', 'consent_required'),
  65004: { error: 'access_denied', sentence: 'User declined to consent to access the app.' },
  70043: grant(
    'The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.',
    'token_expired',
  ),
  90072: grant('User account from external identity provider does not exist in tenant.'),
  90093: {
    error: 'access_denied',
    sentence:
      "This operation can only be performed by an administrator. Sign out and sign in as an administrator or contact one of your organization's administrators.",
  },
  90094: {
    error: 'access_denied',
    sentence: 'Admin consent is required for the permissions requested by this application.',
  },
  // A code or refresh token that is over.
  50173: grant(
    'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
    'bad_token',
  ),
  54005: grant(
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ),
  70000: grant('The provided value for the input parameter refresh_token is not valid.', 'bad_token'),
  70008: grant(
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
    'bad_token',
  ),
  700005: grant('Provided Authorization Code is intended to use against other tenant, thus rejected.'),
  700081: grant('The refresh token has expired due to maximum lifetime.', 'bad_token'),
  700082: grant(EXPIRED, 'bad_token'),
  700084: grant(
    'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime.',
    'bad_token',
  ),
  500112: grant('The reply address does not match the reply address provided when requesting Authorization code.'),
  501481: grant('The Code_Verifier does not match the code_challenge supplied in the authorization request.'),
  // Policies and accounts.
  50020: grant(
    'User account from identity provider does not exist in tenant and cannot access the application in that tenant.',
  ),
  50034: grant(
    'The user account does not exist in the directory. To sign into this application, the account must be added to the directory.',
  ),
  50057: grant('The user account is disabled.'),
  50105: grant('The signed in user is not assigned to a role for the application.'),
  50131: grant(
    'Device is not in required device state, or the request was blocked due to suspicious activity or a decision of policy.',
    'message_only',
  ),
  53000: grant('Your device is required to be managed to access this resource.', 'message_only'),
  53001: grant('Device is not in required device state: domain_joined.', 'message_only'),
  53002: grant('The app used is not an approved app for Conditional Access.', 'message_only'),
  53003: grant(
    'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    'message_only',
  ),
  53011: grant('User blocked due to risk on home tenant.', 'message_only'),
  530032: grant(
    'Blocked by Conditional Access security policy. The tenant admin has configured a security policy that blocks this request.',
    'message_only',
  ),
  // The application is at fault, or not there.
  28000: request(
    'Provided value for the input parameter scope is not valid because it contains more than one resource.',
  ),
  28002: request('Provided value for the input parameter scope is not valid when requesting an access token.'),
  28003: request(
    'Provided value for the input parameter scope cannot be empty when requesting an access token using the provided authorization code.',
  ),
  50011: request(
    'The redirect URI specified in the request does not match the redirect URIs configured for the application.',
  ),
  50027: request('JWT token is invalid or malformed.'),
  50147: request('Missing or invalid code_challenge_method.'),
  70003: { error: 'unsupported_grant_type', sentence: 'The app requested an unsupported grant type.' },
  70005: { error: 'unsupported_response_type', sentence: 'The app requested an unsupported response type.' },
  70007: {
    error: 'invalid_request',
    sentence: "The app returned an unsupported value of 'response_mode' when requesting a token.",
  },
  70011: { error: 'invalid_scope', sentence: "The provided value for the input parameter 'scope' is not valid." },
  90002: request('Tenant not found.'),
  90013: request('Invalid input received from the user.'),
  90014: request('The required field is missing from the credential.'),
  90023: request('The request is not valid.'),
  500011: { error: 'invalid_resource', sentence: 'The resource principal was not found in the tenant.' },
  501051: grant('The application is not assigned to a role for the resource.'),
  501491: request('Invalid size of Code_Challenge parameter.'),
  650052: {
    error: 'invalid_client',
    sentence: 'The app needs access to a service that your organization has not subscribed to or enabled.',
  },
  650053: {
    error: 'invalid_client',
    sentence: "The application asked for a scope that doesn't exist on the resource.",
  },
  700016: { error: 'unauthorized_client', sentence: 'Application was not found in the directory.' },
  700021: client("Client assertion application identifier doesn't match 'client_id' parameter."),
  700022: request(
    'The provided value for the input parameter scope is not valid because it contains more than one resource.',
  ),
  // So in public reports; the page of codes has another meaning for this number.
  700023: client('Client assertion audience claim does not match Realm issuer.'),
  700024: client('Client assertion is not within its valid time range.'),
  700027: client('The certificate with identifier used to sign the client assertion is not registered on application.'),
  700051: { error: 'unsupported_response_type', sentence: "response_type 'token' is not enabled for the application." },
  700054: {
    error: 'unsupported_response_type',
    sentence: "response_type 'id_token' is not enabled for the application.",
  },
  700211: client('No matching federated identity record found for presented assertion issuer.'),
  700212: client('No matching federated identity record found for presented assertion audience.'),
  700213: client('No matching federated identity record found for presented assertion subject.'),
  7000112: { error: 'unauthorized_client', sentence: 'Application is disabled.' },
  7000215: client('Invalid client secret provided.'),
  7000218: client("The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
  7000222: client('The provided client secret keys for the app are expired.'),
  900144: request('The request body must contain a parameter that is missing.'),
  900561: request('The endpoint only accepts POST requests. Received a GET request.'),
  900971: request('No reply address provided.'),
  901002: request("The 'resource' request parameter is not supported."),
  1002012: {
    error: 'invalid_scope',
    sentence: 'Client credential flows must have a scope value with /.default suffixed to the resource identifier.',
  },
  9002326: request(
    "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin is not allowed.",
  ),
  9002313: grant('Invalid request. Request is malformed or invalid.'),
  // Entra is at fault, or busy.
  50033: fault('A transient error has occurred. Please try again.'),
  50087: busy('A transient error has occurred during strong authentication. Please try again.'),
  50196: grant(
    'The server terminated an operation because it encountered a client request loop. Please contact your app vendor.',
  ),
  90006: fault('An error occurred in the external server. Please try again.'),
  90012: busy('The request has timed out.'),
  90024: busy('A transient error has occurred: the request budget is exceeded. Please try again.'),
  90033: busy('A transient error has occurred. Please try again.'),
  90055: { ...busy('The server terminated an operation because there are too many requests.'), status: 429 },
} as const satisfies Record<number, KnownError>;

export type KnownNumber = keyof typeof knownErrors;

export function isKnown(number: number): number is KnownNumber {
  return Object.hasOwn(knownErrors, number);
}
