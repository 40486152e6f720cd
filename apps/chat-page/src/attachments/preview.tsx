import { useEffect, useRef, useState } from "preact/hooks";

const PICTURE = /^image\/(png|jpeg|gif|webp)$/;
const SIDE_PX = 40;

/** A chosen picture, small. Drawn and not linked: the page's policy lets no addresses of files through. */
export function Preview({ file }: { file: File }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState(PICTURE.test(file.type));
  useEffect(() => {
    if (!shown) return;
    let wanted = true;
    void createImageBitmap(file).then(
      (picture) => {
        if (wanted && canvas.current) draw(canvas.current, picture);
        picture.close();
      },
      () => wanted && setShown(false),
    );
    return () => {
      wanted = false;
    };
  }, [file, shown]);
  return shown ? <canvas ref={canvas} class="preview" width={SIDE_PX * 2} height={SIDE_PX * 2} /> : null;
}

/** Fills the square with the middle of the picture. */
function draw(canvas: HTMLCanvasElement, picture: ImageBitmap): void {
  const side = Math.min(picture.width, picture.height);
  const left = (picture.width - side) / 2;
  const top = (picture.height - side) / 2;
  canvas.getContext("2d")?.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
}
