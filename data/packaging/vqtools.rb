# A formula of Homebrew; "make dist" fills in where the source is (@...@).
class Vqtools < Formula
  desc "Vector quantization and expert routing for the shell"
  homepage "@URL@"
  url "@URL@"
  sha256 "@SHA256@"
  license "MIT"

  depends_on "pkgconf" => :build
  depends_on "cmake" => :build # of kissfft
  depends_on "cairo"
  depends_on "jansson"
  depends_on "libpng"
  depends_on "libsamplerate"
  depends_on "libsndfile"
  # On macOS nobody has built it: malloc.h and O_TMPFILE are of Linux, and so
  # is the way in which the commands find their models (/proc/self/exe).
  depends_on :linux
  depends_on "openblas"
  depends_on "zlib"

  # Homebrew has no formula of it.
  resource "kissfft" do
    url "https://github.com/mborgerding/kissfft.git", tag: "131.1.0"
  end

  def install
    resource("kissfft").stage do
      system "cmake", "-S", ".", "-B", "build", "-DKISSFFT_DATATYPE=float",
                      "-DKISSFFT_STATIC=ON", "-DKISSFFT_TEST=OFF",
                      "-DKISSFFT_TOOLS=OFF", "-DKISSFFT_PKGCONFIG=ON",
                      *std_cmake_args(install_prefix: buildpath/"kissfft")
      system "cmake", "--build", "build"
      system "cmake", "--install", "build"
    end
    ENV.prepend_path "PKG_CONFIG_PATH", buildpath/"kissfft/lib/pkgconfig"
    system "make", "install", "PREFIX=#{prefix}"
  end

  test do
    (testpath/"rows.f32").binwrite([0.5, -1.0, 2.0, 0.25].pack("e*") * 64)
    system bin/"vq-train", "-q", "-t", "kmeans", "-k", "2", "--raw", "f32:2",
           "-o", "m.vq", "rows.f32"
    system bin/"vq-encode", "-m", "m.vq", "--raw", "f32:2", "-o", "codes",
           "rows.f32"
    assert_path_exists testpath/"codes"
    assert_match "image-8x8", shell_output("#{bin}/vq-encode --list-models")
  end
end
