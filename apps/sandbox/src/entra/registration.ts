import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Federation, ServiceRegistration } from './clients.js';

const federationSchema = z.strictObject({
  issuer: z.url(),
  subject: z.string().min(1),
  audience: z.string().min(1).default('api://AzureADTokenExchange'),
  jwks: z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) }),
});

/** A `transform` of zod: PEM text with one certificate or more. */
export function readCertificates(pem: string, ctx: z.RefinementCtx<string>): X509Certificate[] {
  const parts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (parts.length > 0) return parts.map((part) => new X509Certificate(part));
  } catch {
    // Said below.
  }
  ctx.issues.push({ code: 'custom', message: 'expected a PEM file with certificates', input: pem });
  return z.NEVER;
}

/** A `transform` of zod: JSON text of a federated credential. */
export function readFederation(text: string, ctx: z.RefinementCtx<string>): Federation {
  const { data } = federationSchema.safeParse(parsed(text));
  if (data) {
    const { jwks, ...rest } = data;
    return { ...rest, keys: jwks };
  }
  ctx.issues.push({ code: 'custom', message: 'expected JSON {issuer, subject, audience?, jwks}', input: text });
  return z.NEVER;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Settings {
  SANDBOX_CLIENT_ID: string;
  SANDBOX_CLIENT_SECRET_FILE?: string | undefined;
  SANDBOX_CLIENT_CERTIFICATE_FILE?: X509Certificate[] | undefined;
  SANDBOX_CLIENT_FEDERATION_FILE?: Federation | undefined;
}

/** auth-service's registration; none where it has nothing to prove itself with. */
export function serviceRegistration(settings: Settings): ServiceRegistration | undefined {
  const {
    SANDBOX_CLIENT_SECRET_FILE: clientSecret,
    SANDBOX_CLIENT_CERTIFICATE_FILE: certificates,
    SANDBOX_CLIENT_FEDERATION_FILE: federation,
  } = settings;
  if (!clientSecret && !certificates && !federation) return undefined;
  return {
    clientId: settings.SANDBOX_CLIENT_ID.toLowerCase(),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(certificates === undefined ? {} : { certificates }),
    ...(federation === undefined ? {} : { federations: [federation] }),
  };
}
