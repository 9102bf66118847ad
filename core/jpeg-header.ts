/**
 * What must be known of a JPEG before it is decoded: its size, how it must be turned, and how its colours are written. Asking sharp
 * costs a fifteenth of the whole decoding; the header is a few hundred bytes. Marker codes are those of ITU-T T.81, the tag is Exif's.
 */

export interface ImageHeader {
  /** As stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Exif's: 1 is upright, 2 to 4 are mirrored or turned by a half, 5 to 8 have width and height exchanged. */
  readonly orientation: number;
  readonly colours: 'rgb' | 'grey' | 'cmyk';
  /** Whether it carries an ICC profile. */
  readonly profile: boolean;
}

const START = 0xffd8;
const START_OF_SCAN = 0xda;
const END = 0xd9;
const APP1 = 0xe1;
const APP2 = 0xe2;
const EXIF = 'Exif\0\0';
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const LONG = 4;

/** null where it is not a JPEG whose header can be read: then only the decoder can say more. */
export function readJpegHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== START) return null;
  let size: Pick<ImageHeader, 'width' | 'height' | 'colours'> | null = null;
  let orientation: number | null = null;
  let profile = false;
  for (const segment of segmentsOf(bytes)) {
    if (segment === null) return null;
    const { marker, at, end } = segment;
    if (isFrame(marker) && end - at >= 10) {
      const components = bytes[at + 9];
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7), colours: components === 4 ? 'cmyk' : components === 1 ? 'grey' : 'rgb' };
    }
    if (marker === APP1 && orientation === null && startsWith(bytes, at + 4, EXIF)) orientation = readOrientation(view, at + 4 + EXIF.length, end);
    if (marker === APP2 && startsWith(bytes, at + 4, 'ICC_PROFILE\0')) profile = true;
  }
  if (size === null || size.width === 0 || size.height === 0) return null;
  return { ...size, orientation: orientation ?? 1, profile };
}

/** Where the first scan begins, behind the header; null where it is not a JPEG, or one whose header cannot be read. */
export function findScan(bytes: Uint8Array): number | null {
  if (bytes[0] !== START >> 8 || bytes[1] !== (START & 0xff)) return null;
  for (const segment of segmentsOf(bytes)) if (segment?.marker === START_OF_SCAN) return segment.at;
  return null;
}

interface Segment {
  readonly marker: number;
  /** Where its marker lies, and what follows it. */
  readonly at: number;
  readonly end: number;
}

/** The header's, up to the first scan; null, and then no more, for one that cannot be. */
function* segmentsOf(bytes: Uint8Array): Generator<Segment | null> {
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1];
    // Any number of 0xff may stand before a marker.
    if (bytes[at] !== 0xff) return yield null;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === END) return;
    const length = (bytes[at + 2] << 8) | bytes[at + 3];
    const end = at + 2 + length;
    if (marker === START_OF_SCAN) return yield { marker, at, end };
    if (length < 2 || end > bytes.length) return yield null;
    yield { marker, at, end };
    at = end;
  }
}

/** SOF0 to SOF15, without the three codes among them that mean tables (DHT, JPG, DAC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** The tag of the first directory of the TIFF structure that Exif is; 1 where it is absent or means nothing. */
function readOrientation(view: DataView, start: number, end: number): number {
  if (end - start < 8) return 1;
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  if (directory + 2 > end) return 1;
  const count = view.getUint16(directory, little);
  for (let entry = directory + 2; entry + 12 <= Math.min(end, directory + 2 + 12 * count); entry += 12) {
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const type = view.getUint16(entry + 2, little);
    const value = type === SHORT ? view.getUint16(entry + 8, little) : type === LONG ? view.getUint32(entry + 8, little) : 1;
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
