/** strftime(3) in UTC, which is the only time zone here. */
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const two = (value: number) => String(value).padStart(2, '0');

export function formatTime(ms: number, format: string): string {
  const t = new Date(ms);
  const day = Math.floor((Date.UTC(t.getUTCFullYear(), t.getUTCMonth(), t.getUTCDate()) - Date.UTC(t.getUTCFullYear(), 0, 1)) / 86_400_000);
  const hour12 = t.getUTCHours() % 12 === 0 ? 12 : t.getUTCHours() % 12;
  const weekday = t.getUTCDay();
  return format.replace(/%[-_0^#]?([a-zA-Z%])/g, (all, letter: string) => {
    switch (letter) {
      case 'Y': return String(t.getUTCFullYear());
      case 'C': return two(Math.floor(t.getUTCFullYear() / 100));
      case 'y': return two(t.getUTCFullYear() % 100);
      case 'm': return two(t.getUTCMonth() + 1);
      case 'd': return two(t.getUTCDate());
      case 'e': return String(t.getUTCDate()).padStart(2);
      case 'H': return two(t.getUTCHours());
      case 'k': return String(t.getUTCHours()).padStart(2);
      case 'I': return two(hour12);
      case 'l': return String(hour12).padStart(2);
      case 'M': return two(t.getUTCMinutes());
      case 'S': return two(t.getUTCSeconds());
      case 'N': return String(t.getUTCMilliseconds() * 1_000_000).padStart(9, '0');
      case 's': return String(Math.floor(ms / 1000));
      case 'j': return String(day + 1).padStart(3, '0');
      case 'a': return DAYS[weekday]!.slice(0, 3);
      case 'A': return DAYS[weekday]!;
      case 'b':
      case 'h': return MONTHS[t.getUTCMonth()]!.slice(0, 3);
      case 'B': return MONTHS[t.getUTCMonth()]!;
      case 'u': return String(weekday === 0 ? 7 : weekday);
      case 'w': return String(weekday);
      case 'p': return t.getUTCHours() < 12 ? 'AM' : 'PM';
      case 'P': return t.getUTCHours() < 12 ? 'am' : 'pm';
      case 'z': return '+0000';
      case 'Z': return 'UTC';
      case 'n': return '\n';
      case 't': return '\t';
      case '%': return '%';
      case 'F': return formatTime(ms, '%Y-%m-%d');
      case 'T': return formatTime(ms, '%H:%M:%S');
      case 'R': return formatTime(ms, '%H:%M');
      case 'D':
      case 'x': return formatTime(ms, '%m/%d/%y');
      case 'X': return formatTime(ms, '%H:%M:%S');
      case 'r': return formatTime(ms, '%I:%M:%S %p');
      case 'c': return formatTime(ms, '%a %b %e %H:%M:%S %Y');
      default: return all;
    }
  });
}

/** A time as `date -d` and `touch -d` take it; undefined: not one. Missing parts come from `now`. */
export function parseTime(text: string, now: number): number | undefined {
  const stamp = /^@(-?\d+)(?:\.\d+)?$/.exec(text);
  if (stamp) return Number(stamp[1]) * 1000;
  const full = /^(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(?:Z| UTC)?$/.exec(text);
  if (full) {
    const [year, month, day, hour, minute, second] = full.slice(1).map((part) => Number(part ?? 0));
    return Date.UTC(year!, month! - 1, day, hour, minute, second);
  }
  const clock = /^(\d\d?):(\d\d)(?::(\d\d))?$/.exec(text);
  if (clock) {
    const t = new Date(now);
    return Date.UTC(t.getUTCFullYear(), t.getUTCMonth(), t.getUTCDate(), Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0));
  }
  const packed = /^(?:(\d\d)(\d\d))?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text);
  if (packed && packed[1] !== undefined) {
    const [century, year, month, day, hour, minute, second] = packed.slice(1).map((part) => Number(part ?? 0));
    return Date.UTC(century! * 100 + year!, month! - 1, day, hour, minute, second);
  }
  return undefined;
}
