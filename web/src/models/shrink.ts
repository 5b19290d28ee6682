const SIDE = 256

/** A picture as a square `data:` address of at most 256 points a side, cut at its middle. Rejects what is no picture. */
export async function shrink(file: Blob): Promise<string> {
  const image = await createImageBitmap(file)
  const cut = Math.min(image.width, image.height)
  const side = Math.min(SIDE, cut)
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.drawImage(image, (image.width - cut) / 2, (image.height - cut) / 2, cut, cut, 0, 0, side, side)
  image.close()
  // A browser that cannot write WebP answers PNG.
  return canvas.toDataURL('image/webp', 0.9)
}
