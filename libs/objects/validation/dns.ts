/** Source: validatePodDNSConfig in pkg/apis/core/validation. */
import type { PodSpec } from '../types.js';
import type { FieldCause } from './causes.js';
import { invalid, required } from './causes.js';
import { dnsSubdomainFaults, ipCauses } from './names.js';

const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

export function dnsConfigCauses({ dnsPolicy, dnsConfig }: PodSpec): FieldCause[] {
  const at = 'spec.dnsConfig';
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return [required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (!dnsConfig.nameservers?.length) return [required(`${at}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  const causes: FieldCause[] = [];
  if (nameservers.length > MAX_SERVERS) causes.push(invalid(`${at}.nameservers`, nameservers, `must not have more than ${MAX_SERVERS} nameservers`));
  nameservers.forEach((server, index) => causes.push(...ipCauses(server, `${at}.nameservers[${index}]`)));
  if (searches.length > MAX_SEARCHES) causes.push(invalid(`${at}.searches`, searches, `must not have more than ${MAX_SEARCHES} search paths`));
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    causes.push(invalid(`${at}.searches`, searches, `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`));
  }
  searches.forEach((search, index) => {
    const name = search.replace(/\.$/, '');
    // Underscores are allowed here, a single dot too.
    if (search !== '.') causes.push(...dnsSubdomainFaults(name.replaceAll('_', 'a')).map((why) => invalid(`${at}.searches[${index}]`, name, why)));
  });
  options.forEach((option, index) => {
    if (!option.name) causes.push(required(`${at}.options[${index}]`, 'must not be empty'));
  });
  return causes;
}
