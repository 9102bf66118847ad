/**
 * Whether a picture file is all there. A decoder is asked for the rows that are wanted only, and does not miss the end of a file beyond them. WebP,
 * GIF, TIFF and AVIF say at their beginning how much there must be, and are refused by their decoders; JPEG and PNG end with a marker.
 */
import { findScan } from './jpeg-header.js';

const JPEG_END = Buffer.from([0xff, 0xd9]);
const PNG_START = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const PNG_END = Buffer.from('IEND', 'latin1');

/** Whether a JPEG or PNG lacks its end; false for all else. What follows the end does not matter. */
export function isCutShort(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.subarray(0, PNG_START.length).equals(PNG_START)) return file.lastIndexOf(PNG_END) < 0;
  // A small picture in the header has an end of its own. In a scan no values look like a marker.
  const scan = findScan(bytes);
  return scan !== null && file.lastIndexOf(JPEG_END) < scan;
}
