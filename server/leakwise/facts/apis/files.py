"""Files, archives, data bases, images and videos: what opens them, and what closes them.

The sources stand beside the groups. CPython closes a file when its last reference goes.
"""

from dataclasses import replace

from leakwise.facts.apis.held import Resource, named
from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.values import Kind

FILE = Resource(Kind.FILE, "file", "a file descriptor", release=words("close"))

# https://docs.python.org/3/library/io.html: what is opened on one of these holds no descriptor.
IN_MEMORY = words("io.BytesIO io.StringIO")
BUFFER = "io.BytesIO"
"""The name of a value that is one of these."""

# https://docs.python.org/3/library/io.html, /gzip, /bz2, /lzma, /zipfile, /tarfile, /tempfile,
# /mmap, /shelve, /sqlite3, /wave, /socket, /os.html#os.scandir, /logging.handlers.html.
_PYTHON_FILES = {
    **named(
        FILE,
        "builtins.open io.open codecs.open os.fdopen gzip.open gzip.GzipFile bz2.open bz2.BZ2File",
        "lzma.open lzma.LZMAFile tarfile.open tarfile.TarFile tarfile.TarFile.open",
        "zipfile.ZipFile tempfile.TemporaryFile tempfile.NamedTemporaryFile",
        "tempfile.SpooledTemporaryFile mmap.mmap wave.open shelve.open dbm.open sqlite3.connect",
        "os.scandir io.FileIO",
    ),
    **named(
        replace(FILE, noun="log file handler", with_releases=False),
        "logging.FileHandler logging.handlers.RotatingFileHandler",
        "logging.handlers.TimedRotatingFileHandler logging.handlers.WatchedFileHandler",
    ),
    **named(replace(FILE, noun="socket"), "socket.socket socket.create_connection"),
    **named(
        Resource(Kind.FILE, "folder", "a temporary folder", release=words("cleanup")),
        "tempfile.TemporaryDirectory",
    ),
}

# An image keeps its file until its pixels are read, then closes it:
# https://pillow.readthedocs.io/en/stable/reference/open_files.html.
IMAGE = replace(
    FILE,
    noun="image that is not read",
    release=words("close"),
    consumed_by=words(
        "load convert copy resize crop rotate transpose getdata getpixel histogram filter "
        "quantize split tobytes point thumbnail reduce transform getbbox getcolors getextrema "
        "putalpha paste effect_spread remap_palette entropy show save"
    ),
)

# https://docs.h5py.org/en/stable/high/file.html, https://lmdb.readthedocs.io,
# https://numpy.org/doc/stable/reference/generated/numpy.load.html,
# https://pandas.pydata.org/docs/reference/api/pandas.HDFStore.close.html,
# https://zarr.readthedocs.io (stores; a folder of arrays keeps no descriptor),
# https://docs.xarray.dev, https://rasterio.readthedocs.io, https://unidata.github.io/netcdf4-python,
# https://github.com/huggingface/safetensors, https://filesystem-spec.readthedocs.io,
# https://pysoundfile.readthedocs.io, https://openslide.org/api/python.
_DATA_FILES = {
    **named(
        FILE,
        "h5py.File lmdb.open lmdb.Environment pandas.HDFStore pandas.ExcelFile",
        "zarr.ZipStore zarr.DBMStore zarr.LMDBStore zarr.SQLiteStore zarr.storage.ZipStore",
        "zarr.storage.DBMStore zarr.storage.LMDBStore zarr.storage.SQLiteStore",
        "xarray.open_dataset xarray.open_dataarray xarray.open_mfdataset rasterio.open",
        "netCDF4.Dataset tifffile.TiffFile openslide.OpenSlide openslide.open_slide",
        "soundfile.SoundFile",
    ),
    **named(replace(FILE, release=words("__exit__")), "safetensors.safe_open"),
    **named(IMAGE, "PIL.Image.open"),
}

# https://docs.opencv.org/4.x/d8/dfe/classcv_1_1VideoCapture.html,
# https://pyav.org/docs/stable/api/container.html, https://imageio.readthedocs.io,
# https://zulko.github.io/moviepy (a clip keeps a process that reads for it).
_VIDEO = {
    **named(
        replace(FILE, noun="video", release=words("release"), with_releases=False),
        "cv2.VideoCapture cv2.VideoWriter",
    ),
    **named(
        replace(FILE, noun="video"),
        "av.open imageio.get_reader imageio.get_writer imageio.v2.get_reader",
        "imageio.v2.get_writer imageio.v3.imopen imageio.imopen",
    ),
    **named(
        Resource(
            Kind.FILE,
            "video",
            "a process that reads it",
            release=words("close"),
            freed_when_dropped=True,
        ),
        "moviepy.VideoFileClip moviepy.editor.VideoFileClip",
    ),
}

FILES: dict[str, Resource] = {**_PYTHON_FILES, **_DATA_FILES, **_VIDEO}
