import { isIP } from 'node:net';

/**
 * Writes `host:port` (several with commas) as gRPC's target: addresses as `ipv4:` or `ipv6:`, a name as `dns:///`, which resolves to
 * all replicas. What has a scheme already stays. Throws on a mixture that gRPC can't take.
 */
export function targetOf(url: string): string {
  if (/^(ipv4|ipv6|dns|unix):/.test(url)) return url;
  const addresses = url.split(',').map((address) => address.trim());
  const kinds = new Set(addresses.map(kindOf));
  const [kind] = kinds;
  if (kind === undefined || kinds.size > 1) throw new Error(`"${url}" mixes kinds of addresses.`);
  if (kind !== 'dns') return `${kind}:${addresses.join(',')}`;
  if (addresses.length > 1) throw new Error(`"${url}" lists names: one name that resolves to all replicas is needed.`);
  return `dns:///${url}`;
}

function kindOf(address: string): 'ipv4' | 'ipv6' | 'dns' {
  const [, host] = /^\[?(.+?)\]?:\d+$/.exec(address) ?? [];
  if (host === undefined) throw new Error(`"${address}" is not host:port.`);
  const version = isIP(host);
  return version === 4 ? 'ipv4' : version === 6 ? 'ipv6' : 'dns';
}
