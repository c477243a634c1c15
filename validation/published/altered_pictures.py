"""Eight kinds of altered copies of a folder of pictures, the same for everyone who runs it with one Pillow version.

    python3 validation/published/altered_pictures.py SOURCE TARGET

TARGET/original/NAME.jpg is a byte copy; TARGET/KIND/NAME.jpg is altered. How strongly is drawn per picture from a
generator keyed by its name.
"""
import pathlib
import random
import shutil
import sys

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

WORDS = ["Fresh every day", "SPECIAL OFFER", "Now in season", "Summer menu", "Only this week", "Meet the garden"]


def resize(picture, draw):
    share = draw.uniform(0.4, 0.8)
    size = [max(32, round(share * side)) for side in picture.size]
    return picture.resize(size, Image.Resampling.LANCZOS)


def crop(picture, draw):
    """Takes 5 % off the width and off the height, the window anywhere."""
    width, height = (round(0.95 * side) for side in picture.size)
    x = draw.randint(0, picture.size[0] - width)
    y = draw.randint(0, picture.size[1] - height)
    return picture.crop((x, y, x + width, y + height))


def brightness(picture, draw):
    return ImageEnhance.Brightness(picture).enhance(draw.choice([0.7, 0.8, 1.2, 1.3]))


def blur(picture, draw):
    return picture.filter(ImageFilter.GaussianBlur(draw.uniform(1.0, 2.5)))


def overlay(picture, draw):
    """A caption of a tenth of the height, white with a dark outline, on one of five lines."""
    picture = picture.copy()
    size = round(picture.size[1] / 10)
    line = picture.size[1] * draw.choice([0.03, 0.25, 0.45, 0.65, 0.85])
    ImageDraw.Draw(picture).text((0.06 * picture.size[0], line), draw.choice(WORDS), fill="white", stroke_fill="black",
                                 stroke_width=max(1, size // 12), font=ImageFont.load_default(size))
    return picture


def rotate(picture, draw):
    return picture.rotate(draw.choice([-2, 2]), Image.Resampling.BICUBIC)


# kind -> (function, JPEG quality); the first six are the ones with a goal
KINDS = {
    "resize": (resize, 88),
    "reencode": (lambda picture, draw: picture, None),
    "crop": (crop, 88),
    "brightness": (brightness, 88),
    "blur": (blur, 88),
    "overlay": (overlay, 88),
    "rotate": (rotate, 88),
    "grey": (lambda picture, draw: picture.convert("L"), 88),
}


def make(source, target):
    names = sorted(path.name for path in pathlib.Path(source).glob("*.jpg"))
    for kind in ["original", *KINDS]:
        (pathlib.Path(target) / kind).mkdir(parents=True, exist_ok=True)
    for name in names:
        path = pathlib.Path(source) / name
        shutil.copyfile(path, pathlib.Path(target) / "original" / name)
        picture = Image.open(path).convert("RGB")
        for kind, (alter, quality) in KINDS.items():
            draw = random.Random(f"{kind} {name}")
            quality = quality or draw.randint(30, 70)
            alter(picture, draw).save(pathlib.Path(target) / kind / name, quality=quality)
    return names


if __name__ == "__main__":
    print(len(make(*sys.argv[1:])), "pictures,", len(KINDS), "altered copies of each")
