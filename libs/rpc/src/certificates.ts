import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';

/** PEM texts that one service needs to speak mutual TLS. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of one installation. `export()` holds its private key: a file of mode 0600 or nothing. */
export interface Authority {
  readonly caCert: string;
  issue(service: string): Promise<TlsFiles>;
  export(): { cert: string; key: string };
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 24 * 3600 * 1000;
const authorityDays = 3650;
const serviceDays = 397;
// Two machines' clocks differ by minutes; a certificate is good from a little before it was made.
const clockSkew = 10 * 60 * 1000;

/** Makes a new authority (X.509, ECDSA P-256, 10 years). */
export async function createAuthority(): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Local service authority',
    serialNumber: newSerial(),
    ...validFor(authorityDays),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authority(certificate, keys.privateKey, await privatePem(keys.privateKey));
}

/** Takes up an authority that `export()` wrote. Throws where the PEM texts aren't a certificate and its PKCS#8 key. */
export async function loadAuthority(files: { cert: string; key: string }): Promise<Authority> {
  const certificate = new x509.X509Certificate(files.cert);
  const [der] = x509.PemConverter.decode(files.key);
  if (der === undefined) throw new Error('The key of the certificate authority is not a PEM file.');
  const key = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  return authority(certificate, key, files.key);
}

function authority(certificate: x509.X509Certificate, key: webcrypto.CryptoKey, keyPem: string): Authority {
  const caCert = certificate.toString('pem');
  return {
    caCert,
    export: () => ({ cert: caCert, key: keyPem }),
    issue: async (service) => {
      if (!/^[a-z][a-z0-9-]{0,62}$/.test(service)) throw new Error(`"${service}" can't be the name of a service.`);
      const keys = await newKeys();
      const issued = await x509.X509CertificateGenerator.create({
        subject: `CN=${service}`,
        issuer: certificate.subject,
        serialNumber: newSerial(),
        ...validFor(serviceDays),
        publicKey: keys.publicKey,
        signingKey: key,
        signingAlgorithm: algorithm,
        extensions: await serviceExtensions(service, certificate, keys.publicKey),
      });
      return { ca: caCert, cert: issued.toString('pem'), key: await privatePem(keys.privateKey) };
    },
  };
}

async function serviceExtensions(service: string, issuer: x509.X509Certificate, key: webcrypto.CryptoKey) {
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
    new x509.SubjectAlternativeNameExtension([
      { type: 'dns', value: service },
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ]),
    await x509.SubjectKeyIdentifierExtension.create(key),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
  ];
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function newSerial(): string {
  // A leading 01 keeps the number positive and of one length.
  return `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;
}

function validFor(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - clockSkew), notAfter: new Date(now + days * day) };
}
