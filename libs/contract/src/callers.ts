/** The deployables that speak gRPC; the name is the common name of their certificate. */
export const services = ['auth-service', 'policy-service', 'job-service', 'crm-worker'] as const;
export type ServiceName = (typeof services)[number];

/** Who may call which gRPC method. What isn't listed here is refused; a test compares the keys with the proto files. */
export const callers = {
  'auth.Auth/AccessTokens': ['crm-worker'],
  'auth.Auth/MetadataToken': ['policy-service'],
  'auth.Auth/EventsSince': ['job-service'],
  'policy.Policy/Decide': ['crm-worker'],
  'policy.Policy/Keys': ['auth-service'],
  'policy.Policy/EventsSince': ['job-service'],
  'crm.Crm/Keys': ['policy-service'],
} as const satisfies Record<string, readonly ServiceName[]>;

/** Which deployable serves a proto package: the name that a client demands of the server's certificate. */
export const servers = { auth: 'auth-service', policy: 'policy-service', crm: 'job-service' } as const satisfies Record<
  string,
  ServiceName
>;
