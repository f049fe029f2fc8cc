/** The cluster's address plan. Source: kube-apiserver's defaults for --service-cluster-ip-range (kubeadm) and --service-node-port-range. */
export const SERVICE_NETWORK = '10.96.0.0/16';
export const NODE_PORTS = { first: 30000, last: 32767 };

/** The lower addresses and ports are left to Services that name theirs (as Kubernetes splits the ranges into a static and a dynamic band). */
const STATIC_ADDRESSES = 256;
const STATIC_NODE_PORTS = 86;
const ADDRESSES = 65535;

/** The n-th address that may be picked, n from 0 to pickableAddresses - 1. */
export const serviceAddress = (n: number): string => `10.96.${(n + STATIC_ADDRESSES) >> 8}.${(n + STATIC_ADDRESSES) & 255}`;
export const PICKABLE_ADDRESSES = ADDRESSES - STATIC_ADDRESSES;

export const nodePort = (n: number): number => NODE_PORTS.first + STATIC_NODE_PORTS + n;
export const PICKABLE_NODE_PORTS = NODE_PORTS.last - NODE_PORTS.first + 1 - STATIC_NODE_PORTS;

const octet = (text: string): boolean => /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) <= 255;
export const isIPv4 = (text: string): boolean => text.split('.').length === 4 && text.split('.').every(octet);
export const isServiceAddress = (ip: string): boolean => ip.startsWith('10.96.') && ip !== '10.96.0.0' && ip !== '10.96.255.255';
export const isNodePort = (port: number): boolean => port >= NODE_PORTS.first && port <= NODE_PORTS.last;
