import { useEffect, useRef, useState } from "preact/hooks";

const SIDE_PX = 40;

interface DrawnPictureProps {
  className: string;
  /** Null = it cannot be fetched. */
  picture(): Blob | Promise<Blob | null>;
}

/** A thumbnail. Drawn, not linked: the page's policy does not allow file addresses. Nothing is shown for a picture that cannot be drawn. */
export function DrawnPicture({ className, picture }: DrawnPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState(true);
  const load = useRef(picture);
  useEffect(() => {
    let wanted = true;
    const show = async (): Promise<void> => {
      const bytes = await load.current();
      if (bytes === null) throw new Error("no picture");
      const bitmap = await createImageBitmap(bytes);
      if (wanted && canvas.current) draw(canvas.current, bitmap);
      bitmap.close();
    };
    show().catch(() => wanted && setShown(false));
    return () => {
      wanted = false;
    };
  }, []);
  return shown ? <canvas ref={canvas} class={className} width={SIDE_PX * 2} height={SIDE_PX * 2} /> : null;
}

/** Fills the square with the middle of the picture. */
function draw(canvas: HTMLCanvasElement, picture: ImageBitmap): void {
  const side = Math.min(picture.width, picture.height);
  const left = (picture.width - side) / 2;
  const top = (picture.height - side) / 2;
  canvas.getContext("2d")?.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
}
