/** The forms that names have to have; each function answers what is wrong with a value. Source: k8s.io/apimachinery/pkg/util/validation. */
import type { FieldCause } from './causes.js';
import { invalid } from './causes.js';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const DNS_SUBDOMAIN = new RegExp(`^${SUBDOMAIN}$`);
const DNS_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const DNS_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

const inForm = (value: string, longest: number, form: RegExp, rule: string): string[] => [
  ...(value.length > longest ? [`must be no more than ${longest} bytes`] : []),
  ...(form.test(value) ? [] : [rule]),
];

export const dnsLabelFaults = (value: string): string[] => inForm(value, 63, DNS_LABEL, LABEL_RULE);
export const dnsSubdomainFaults = (value: string): string[] => inForm(value, 253, DNS_SUBDOMAIN, SUBDOMAIN_RULE);
export const dns1035Faults = (value: string): string[] => inForm(value, 63, DNS_1035, DNS_1035_RULE);
export const labelValueFaults = (value: string): string[] => inForm(value, 63, LABEL_VALUE, LABEL_VALUE_RULE);

/** `name` or `prefix/name`. */
export function qualifiedNameFaults(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) return [`a qualified name ${QUALIFIED_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const [name, prefix] = [parts.at(-1)!, parts.length === 2 ? parts[0]! : undefined];
  const faults: string[] = [];
  if (prefix === '') faults.push('prefix part must be non-empty');
  else if (prefix !== undefined) faults.push(...dnsSubdomainFaults(prefix).map((fault) => `prefix part ${fault}`));
  if (name === '') faults.push('name part must be non-empty');
  else if (name.length > 63) faults.push('name part must be no more than 63 bytes');
  if (!QUALIFIED.test(name)) faults.push(`name part ${QUALIFIED_RULE}`);
  return faults;
}

/** A port's name: IANA service name. */
export function portNameFaults(value: string): string[] {
  const faults: string[] = [];
  if (value.length > 15) faults.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(value)) faults.push('must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) faults.push('must contain at least one letter (a-z)');
  if (value.includes('--')) faults.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) faults.push('must not begin or end with a hyphen');
  return faults;
}

/** The name of an environment variable (the relaxed rule of 1.34). */
export function envNameFaults(value: string): string[] {
  const rule = "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return /^[ -<>-~]+$/.test(value) ? [] : [rule];
}

/** A key of a ConfigMap or Secret. */
export function configKeyFaults(value: string): string[] {
  const faults = inForm(value, 253, CONFIG_KEY, CONFIG_KEY_RULE);
  if (value === '.') faults.push("must not be '.'");
  else if (value === '..') faults.push("must not be '..'");
  else if (value.startsWith('..')) faults.push("must not start with '..'");
  return faults;
}

export const portFaults = (port: number): string[] => (Number.isInteger(port) && port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive']);

/** Source: IsValidIP. */
export const ipCauses = (value: string, at: string): FieldCause[] => (isIp(value) ? [] : [invalid(at, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]);

/** Source: IsValidCIDR. */
export function cidrCauses(value: string, at: string): FieldCause[] {
  const [ip = '', bits = '', ...more] = value.split('/');
  const longest = ip.includes(':') ? 128 : 32;
  const fits = isIp(ip) && /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= longest && more.length === 0;
  return fits ? [] : [invalid(at, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
}

/** Addresses that lead to the machine itself, or nowhere. Source: ValidateNonSpecialIP. */
export function specialIpCauses(ip: string, at: string): FieldCause[] {
  const is = (...patterns: RegExp[]) => patterns.some((pattern) => pattern.test(ip.toLowerCase()));
  return [
    ...(is(/^0\.0\.0\.0$/, /^::$/) ? [invalid(at, ip, `may not be unspecified (${ip})`)] : []),
    ...(is(/^127\./, /^::1$/) ? [invalid(at, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')] : []),
    ...(is(/^169\.254\./, /^fe[89ab].:/) ? [invalid(at, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')] : []),
    ...(is(/^224\.0\.0\./, /^ff.2:/) ? [invalid(at, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')] : []),
  ];
}

/** IPv4 or IPv6. */
export const isIp = (value: string): boolean => isIpv4(value) || isIpv6(value);

const isIpv4 = (value: string): boolean => /^(\d{1,3}\.){3}\d{1,3}$/.test(value) && value.split('.').every((part) => Number(part) <= 255 && String(Number(part)) === part);

function isIpv6(value: string): boolean {
  if (!/^[0-9a-fA-F:]+$/.test(value) || (value.match(/::/g) ?? []).length > 1 || /:::/.test(value)) return false;
  const groups = value.split(':').filter((group) => group !== '');
  return groups.every((group) => group.length <= 4) && (value.includes('::') ? groups.length < 8 : groups.length === 8 && !/^:|:$/.test(value));
}
