/** Points; what is missing or 0 is no bound. */
export interface Bounds {
  width?: number
  height?: number
}

/** Kinds that models of several makers take. */
const TAKEN = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
/** Kinds that browsers can read and models cannot. */
const TURNED = ['image/avif', 'image/bmp']

/** Whether a file can be shown to a model as a picture. */
export const isPictureKind = (kind: string): boolean => TAKEN.includes(kind) || TURNED.includes(kind)

/** The tighter of two bounds on each side. */
export function tighter(one: Bounds, other: Bounds): Bounds {
  const least = (a?: number, b?: number): number => Math.min(a || Infinity, b || Infinity)
  const [width, height] = [least(one.width, other.width), least(one.height, other.height)]
  return { ...(width < Infinity && { width }), ...(height < Infinity && { height }) }
}

/** A size inside the bounds with the same proportions; never larger than it was. */
export function fit(width: number, height: number, bounds: Bounds): { width: number; height: number } {
  const scale = Math.min(1, (bounds.width || Infinity) / width, (bounds.height || Infinity) / height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** The picture inside the bounds and in a kind that models take; the file itself where nothing has to change. */
export async function compress(file: File, bounds: Bounds): Promise<File> {
  const turned = TURNED.includes(file.type)
  // A moving picture would stand still.
  const shrinks = file.type !== 'image/gif' && (bounds.width || bounds.height)
  if (!turned && !shrinks) return file
  const image = await createImageBitmap(file)
  const size = fit(image.width, image.height, bounds)
  if (!turned && size.width === image.width && size.height === image.height) {
    image.close()
    return file
  }
  const canvas = document.createElement('canvas')
  ;[canvas.width, canvas.height] = [size.width, size.height]
  const context = canvas.getContext('2d')
  if (!context) return file
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, 0, 0, size.width, size.height)
  image.close()
  const kind = turned ? 'image/webp' : file.type
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, kind, 0.9))
  if (!blob) return file
  const ending = `.${blob.type.split('/')[1]}`
  const name = blob.type === file.type ? file.name : file.name.replace(/\.\w+$/, '') + ending
  return new File([blob], name, { type: blob.type })
}
