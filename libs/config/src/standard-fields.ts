import { z } from 'zod';
import { file, flag, origin, port, secretFile, serviceUrl } from './fields.js';

/** Fields of every service, to be spread into its schema. */
export const commonConfig = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta({ description: 'Least level of the log lines that are written' }),
  BIND_ADDRESS: z
    .string()
    .default('127.0.0.1')
    .meta({ description: 'Address that every server of this process listens on' }),
  HEALTH_PORT: port().meta({ description: 'Port of /health/live and /health/ready' }),
  ALLOW_LOCAL_STANDINS: flag().meta({
    description: 'Lets stand-ins take the place of Microsoft and of the host product; never set it in production',
  }),
  PRODUCT_NAME: z.string().max(100).default('Bliro').meta({ description: 'Name of the product in pages and messages' }),
};

/** Mutual TLS between the services: file paths, read into PEM texts. */
export const tlsConfig = {
  TLS_CA_FILE: file().meta({ description: "File with the certificate (PEM) of the installation's authority" }),
  TLS_CERT_FILE: file().meta({ description: "File with this service's certificate (PEM)" }),
  TLS_KEY_FILE: secretFile().meta({ description: "File with this service's private key (PEM)" }),
};

export function tlsOf(config: { TLS_CA_FILE: string; TLS_CERT_FILE: string; TLS_KEY_FILE: string }) {
  return { ca: config.TLS_CA_FILE, cert: config.TLS_CERT_FILE, key: config.TLS_KEY_FILE };
}

/** The host product whose users call, and where browsers reach it and us. */
export const hostConfig = {
  HOST_ISSUER: z
    .string()
    .refine((value) => URL.canParse(value), 'expected a URL')
    .meta({ description: "Issuer (iss) of the host product's tokens", expects: 'a URL' }),
  HOST_AUDIENCE: z.string().min(1).meta({ description: "Audience (aud) that the host product's tokens must name" }),
  HOST_JWKS_URL: serviceUrl().meta({ description: "Public keys (JWKS) of the host product's tokens" }),
  PUBLIC_ORIGIN: origin().meta({ description: 'Origin under which browsers reach the three APIs' }),
  APP_ORIGIN: origin()
    .optional()
    .meta({ description: "Origin of the host product's pages, same site as PUBLIC_ORIGIN; PUBLIC_ORIGIN when unset" }),
};

/** Whose tokens are believed. */
export function hostOf(config: { HOST_ISSUER: string; HOST_AUDIENCE: string; HOST_JWKS_URL: string }) {
  return { issuer: config.HOST_ISSUER, audience: config.HOST_AUDIENCE, jwksUrl: config.HOST_JWKS_URL };
}

/** The origin of the host product's pages. */
export function appOriginOf(config: { APP_ORIGIN?: string | undefined; PUBLIC_ORIGIN: string }): string {
  return config.APP_ORIGIN ?? config.PUBLIC_ORIGIN;
}
