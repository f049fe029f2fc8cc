export { copyUsage, countPod as count, noUsage } from '#objects';
export type { NodeUsage } from '#objects';
