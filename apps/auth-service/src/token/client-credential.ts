import { importPKCS8, SignJWT } from 'jose';
import { createHash, createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';

/** What proves our application to Entra, in MSAL's terms. */
export type ClientProof = { clientSecret: string } | { clientAssertion: string };

/** Proves our application at one token endpoint. Reads its file each time: a replaced one counts at once. */
export interface ClientCredential {
  kind: 'federated' | 'certificate' | 'secret';
  prove(tokenEndpoint: string): Promise<ClientProof>;
}

export interface CredentialFiles {
  /** A token of our platform (Kubernetes, say) that Entra trusts for our application. */
  federatedToken?: (() => string) | undefined;
  /** Certificate and private key, both PEM, in one file. */
  certificate?: (() => string) | undefined;
  secret?: (() => string) | undefined;
}

/** The best one that is configured: a federated token, then a certificate, then a secret. Undefined without any. */
export function clientCredential(files: CredentialFiles, clientId: string): ClientCredential | undefined {
  const { federatedToken, certificate, secret } = files;
  if (federatedToken !== undefined) {
    return { kind: 'federated', prove: async () => ({ clientAssertion: federatedToken() }) };
  }
  if (certificate !== undefined) return new CertificateCredential(certificate, clientId);
  if (secret !== undefined) return { kind: 'secret', prove: async () => ({ clientSecret: secret() }) };
  return undefined;
}

const LIFE_SECONDS = 600;
const USED_FOR_MS = 480_000;

class CertificateCredential implements ClientCredential {
  readonly kind = 'certificate';
  readonly #signed = new Map<string, { assertion: string; until: number; pem: string }>();

  constructor(
    private readonly read: () => string,
    private readonly clientId: string,
  ) {}

  async prove(tokenEndpoint: string): Promise<ClientProof> {
    const pem = this.read();
    const known = this.#signed.get(tokenEndpoint);
    if (known !== undefined && known.until > Date.now() && known.pem === pem)
      return { clientAssertion: known.assertion };
    const assertion = await signAssertion(pem, this.clientId, tokenEndpoint);
    for (const [endpoint, { until }] of this.#signed) if (until <= Date.now()) this.#signed.delete(endpoint);
    this.#signed.set(tokenEndpoint, { assertion, until: Date.now() + USED_FOR_MS, pem });
    return { clientAssertion: assertion };
  }
}

async function signAssertion(pem: string, clientId: string, audience: string): Promise<string> {
  const { raw } = new X509Certificate(pem);
  const key = createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
  return new SignJWT()
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': createHash('sha256').update(raw).digest('base64url') })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setNotBefore('-1m')
    .setExpirationTime(`${LIFE_SECONDS}s`)
    .sign(await importPKCS8(key, 'PS256'));
}

/** Why this text is not a certificate with its private key; undefined where it is. */
export function certificateMistake(pem: string): string | undefined {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'rsa') return 'expected an RSA key: Entra takes no other';
    const fits = new X509Certificate(pem).checkPrivateKey(key);
    return fits ? undefined : 'the private key is not the certificate’s';
  } catch {
    return 'expected a certificate and its private key, both PEM, in one file';
  }
}
