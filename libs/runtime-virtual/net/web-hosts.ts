/** Virtual web hosts as the kernel has them: texts are UTF-8 bytes. The host reads them from files (host/web-catalogue.ts). */
export interface WebHost {
  /** From 198.18.0.0/15, which is never routed. */
  ip: string;
  server: string;
  /** By path, or by method and path ("POST /register"); "*" stands for any other path. */
  pages: Record<string, WebPage>;
}

export interface WebPage {
  status: number;
  headers: Record<string, string>;
  body: string;
}
