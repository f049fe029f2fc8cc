/** What a configuration says, as plain data: servers, locations and what holds in them. */

export interface Config {
  servers: ServerConfig[];
  upstreams: Record<string, string[]>;
  maps: VariableMap[];
  /** Content types by file extension, each key with a dot before it. */
  types: Record<string, string>;
  logFormats: Record<string, string>;
  errorLog: string;
  pid: string;
  daemon: boolean;
  masterProcess: boolean;
  warnings: string[];
}

/** map: a variable that follows from others. */
export interface VariableMap {
  name: string;
  source: string;
  default: string;
  /** Names such as *.example.com count as patterns. */
  hostnames: boolean;
  /** In the order of the file; a pattern begins with ~, or ~* where case does not matter. */
  entries: [string, string][];
}

export interface ServerConfig {
  /** `ip`: 0.0.0.0 where it is any. */
  listens: { ip: string; port: number; isDefault: boolean }[];
  names: string[];
  settings: Settings;
  locations: Location[];
}

export interface Location {
  kind: 'exact' | 'prefix' | 'first' | 'regex' | 'named';
  pattern: string;
  caseless: boolean;
  settings: Settings;
  locations: Location[];
  internal: boolean;
}

/** What a server or location inherits from what surrounds it. */
export interface Settings {
  root: string;
  alias: string;
  index: string[];
  autoindex: boolean;
  tryFiles: string[];
  /** [code, text or URL]; null: none. */
  answer: [number, string] | null;
  rewrites: { pattern: string; to: string; flag: string }[];
  variables: [string, string][];
  proxy: string;
  proxyHeaders: [string, string][];
  proxyTimeout: number;
  headers: { name: string; value: string; always: boolean }[];
  /** By status: where to go, and the status to give instead (0: that of the page; -1: the same). */
  errorPages: Record<string, { to: string; status: number }>;
  accessLogs: { path: string; format: string }[];
  defaultType: string;
  denied: boolean;
  stubStatus: boolean;
  maxBody: number;
  serverTokens: boolean;
}

export const DEFAULTS: Settings = {
  root: '/etc/nginx/html', alias: '', index: ['index.html'], autoindex: false, tryFiles: [], answer: null, rewrites: [], variables: [], proxy: '', proxyHeaders: [], proxyTimeout: 60_000,
  headers: [], errorPages: {}, accessLogs: [{ path: '/var/log/nginx/access.log', format: 'combined' }], defaultType: 'text/plain', denied: false, stubStatus: false, maxBody: 1_048_576, serverTokens: true,
};

export const COMBINED = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

/** Directives that are read and change nothing here: connections, buffers, compression, caches. */
export const IGNORED = new Set(
  `user worker_processes worker_connections worker_rlimit_nofile worker_cpu_affinity worker_priority worker_shutdown_timeout use multi_accept accept_mutex timer_resolution thread_pool env load_module
  sendfile sendfile_max_chunk tcp_nopush tcp_nodelay aio directio keepalive_timeout keepalive_requests keepalive_time keepalive client_header_timeout client_body_timeout send_timeout client_header_buffer_size
  large_client_header_buffers client_body_buffer_size client_body_temp_path client_body_in_file_only server_names_hash_bucket_size server_names_hash_max_size types_hash_max_size types_hash_bucket_size
  variables_hash_max_size variables_hash_bucket_size map_hash_bucket_size map_hash_max_size reset_timedout_connection lingering_close lingering_time lingering_timeout output_buffers postpone_output
  gzip gzip_types gzip_vary gzip_proxied gzip_comp_level gzip_min_length gzip_buffers gzip_http_version gzip_disable gzip_static gunzip etag if_modified_since expires charset charset_types
  open_file_cache open_file_cache_valid open_file_cache_min_uses open_file_cache_errors log_not_found log_subrequest open_log_file_cache port_in_redirect absolute_redirect server_name_in_redirect
  merge_slashes ignore_invalid_headers underscores_in_headers chunked_transfer_encoding max_ranges resolver resolver_timeout recursive_error_pages satisfy disable_symlinks msie_padding
  proxy_redirect proxy_http_version proxy_buffering proxy_buffers proxy_buffer_size proxy_busy_buffers_size proxy_connect_timeout proxy_send_timeout proxy_max_temp_file_size proxy_temp_path
  proxy_next_upstream proxy_next_upstream_tries proxy_next_upstream_timeout proxy_intercept_errors proxy_ignore_headers proxy_hide_header proxy_pass_header proxy_pass_request_headers proxy_request_buffering
  proxy_cache proxy_cache_path proxy_cache_valid proxy_cache_bypass proxy_no_cache proxy_cache_key proxy_ssl_verify proxy_ssl_server_name proxy_socket_keepalive proxy_headers_hash_max_size
  proxy_headers_hash_bucket_size proxy_cookie_path proxy_cookie_domain fastcgi_temp_path uwsgi_temp_path scgi_temp_path limit_req limit_req_zone limit_conn limit_conn_zone limit_rate limit_rate_after
  real_ip_header set_real_ip_from real_ip_recursive least_conn ip_hash zone pcre_jit lock_file working_directory debug_connection http2 autoindex_exact_size autoindex_localtime autoindex_format rewrite_log`
    .split(/\s+/),
);
