/** What plain words mean in sigs.k8s.io/yaml (goyaml.v2): yes, no, on and off are booleans, 0755 and 0o755 octal, 0b11 binary, 1_000 a number; times are text. */
import type { ScalarTag, Tags } from 'yaml';

const LEFT_OUT = new Set(['timestamp', 'set', 'omap', 'pairs', 'binary'].map((name) => `tag:yaml.org,2002:${name}`));

const octal: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => Number(text.replaceAll('_', '').replace(/^[-+]/, '')) * (text.startsWith('-') ? -1 : 1),
};

/** To be used with the schema yaml-1.1. */
export const kubernetesTags = (tags: Tags): Tags => [octal, ...tags.filter((tag) => typeof tag === 'string' || (!LEFT_OUT.has(tag.tag) && tag.format !== 'TIME'))];
