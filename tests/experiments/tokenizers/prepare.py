"""prepare.py - photographs and speech to train on and to judge by, as files.

    prepare.py DATA PACKAGES OUT EXPERIMENT...

    photos  OUT/photos/{train,test}/*.png
    speech  OUT/speech/{train,russian,english}/*.wav, 16 kHz mono; what is said
            in the English ones: english.tsv

Whole scenes of photographs are held out, every twentieth Russian utterance, and
all English: those speakers are in no training set.  Training is on what is in
the public domain, MIT-like or CC BY; English prompts, which are judged by only,
are CC BY-SA.
"""
import os
import re
import shutil
import subprocess
import sys
import wave

import making
from quantizers import media

# No photograph of these is trained on, so no place is in both parts.
TEST_SCENES = ("beach", "forest", "hills", "lava", "loc")
RUSSIAN_EVERY = 20
PROMPTS = "asterisk-core-sounds-%s-g722/usr/share/asterisk/sounds/%s"
TEXT = ("asterisk-core-sounds-en/usr/share/doc/asterisk-core-sounds-en/"
        "core-sounds-en.txt.gz")
LIBRIVOX = "/speech"
# Shorter prompts say little to who recognises words by their neighbours.
LEAST_WORDS = 4
# About a thousand words are enough, and recognising them takes its time.
PROMPT_EVERY = 3
DIGITS = ("zero one two three four five six seven eight nine").split()


def photos(data, packages, out):
    folder = packages + "/" + media.LAND
    if not os.path.isdir(folder):
        return "endless-sky-data"
    count = dict(train=0, test=0)
    for part in count:
        os.makedirs("%s/photos/%s" % (out, part))
    for name in media.free_photos(packages):
        part = "test" if name.startswith(TEST_SCENES) else "train"
        media.to_png("%s/%s.jpg" % (folder, name),
                     "%s/photos/%s/%s.png" % (out, part, name))
        count[part] += 1
    os.symlink(os.path.abspath(data) + "/images", out + "/photos/samples")
    print("experiments: photographs: %(train)d to train on, %(test)d held "
          "out, all of them of other scenes" % count, file=sys.stderr)
    return None


def spoken(path):
    """{name: words} of the prompts that are speech."""
    raw = subprocess.run(["zcat", path], stdout=subprocess.PIPE,
                         check=True).stdout.decode()
    said = dict(line.split(": ", 1) for line in raw.splitlines()
                if ": " in line and line[0] != ";")
    return {name: text for name, text in said.items()
            if "[" not in text or name.startswith("letters/")}


def words(text):
    """As a recogniser writes them; None for what is not written as said."""
    text = re.sub(r"\d", lambda m: " %s " % DIGITS[int(m[0])],
                  text.lower().replace("&", " and ").replace("-", " "))
    if re.search(r"[*#@$%/\[]", text):
        return None
    return re.sub(r"[^a-z']+", " ", text).split()


def to_wav(g722, wav):
    subprocess.run(["ffmpeg", "-v", "error", "-f", "g722", "-i", g722, "-ar",
                    "16000", "-ac", "1", wav], check=True)


def seconds(folder):
    total = 0
    for name in os.listdir(folder):
        with wave.open("%s/%s" % (folder, name)) as f:
            assert f.getframerate() == 16000 and f.getnchannels() == 1, name
            total += f.getnframes() / 16000
    return total


def prompts(packages, language, voice, names, to):
    """The prompts of one voice that are there."""
    folder = packages + "/" + PROMPTS % (language, voice)
    for name in names:
        g722 = "%s/%s.g722" % (folder, name)
        if os.path.isfile(g722):
            to_wav(g722, "%s/%s-%s.wav" % (to, language,
                                           name.replace("/", "-")))


def english(data, packages, names, out):
    """Prompts of enough words, and clips of LibriVox; what they say."""
    to = out + "/speech/english"
    spoken_words = {name: words(text) for name, text in names.items()
                    if not name.startswith("silence/")}
    long = [name for name, got in spoken_words.items()
            if got and len(got) >= LEAST_WORDS]
    prompts(packages, "en", "en_US_f_Allison", long[::PROMPT_EVERY], to)
    said = {"en-" + name.replace("/", "-"): spoken_words[name]
            for name in long[::PROMPT_EVERY]}
    with open(data + LIBRIVOX + "/transcription.txt") as f:
        for line in f:
            text, clip = re.match(r"<s>(.*)</s> \((.*)\)", line).groups()
            clip = "austen-" + clip.rsplit("-", 1)[1]
            said[clip] = words(text)
            shutil.copy("%s%s/%s.wav" % (data, LIBRIVOX, clip), to)
    with open(to + ".tsv", "w") as f:
        for name, got in sorted(said.items()):
            if os.path.isfile("%s/%s.wav" % (to, name)):
                f.write("%s\t%s\n" % (name, " ".join(got)))


def speech(data, packages, out):
    voice = packages + "/" + media.VOICE
    for package in ("festvox-ru", "asterisk-core-sounds-en") + tuple(
            "asterisk-core-sounds-%s-g722" % x for x in ("en", "it", "ru")):
        if not os.path.isdir(packages + "/" + package):
            return package
    to = {part: "%s/speech/%s" % (out, part)
          for part in ("train", "russian", "english")}
    for folder in to.values():
        os.makedirs(folder)
    for i, name in enumerate(sorted(os.listdir(voice + "/wav"))):
        part = "russian" if i % RUSSIAN_EVERY == 9 else "train"
        shutil.copy("%s/wav/%s" % (voice, name), to[part])
    names = spoken(packages + "/" + TEXT)
    for language, speaker in (("it", "it_IT_m_Carlo"),
                              ("ru", "ru_RU_f_IvrvoiceRU")):
        prompts(packages, language, speaker, names, to["train"])
    english(data, packages, names, out)
    for part, folder in to.items():
        print("experiments: speech: %s: %d files, %.1f minutes" % (
            part, len(os.listdir(folder)), seconds(folder) / 60),
            file=sys.stderr)
    return None


if __name__ == "__main__":
    making.make((photos, speech), *sys.argv[1:])
