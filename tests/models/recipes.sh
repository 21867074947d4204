# shellcheck shell=bash disable=SC2034 # all is for tests/models/run
# tests/models/recipes.sh - the models that come with the commands: what each is
# trained with, and on what.  recipe NAME sets
#
#   options  of vq-train
#   train    folders of the data that it learns from (a tenth of them judges)
#   test     a folder of what it never saw, for the figures
#   samples  files of data/, the same
#   stages   at which the figures are taken
#   measures of vq-stats, and the unit of the first, which the list shows
#   data     what that is, licence, under what licence it is

recipes='image-8x8 speech-16k'

recipe() {
	case $1 in
	image-8x8)
		options=(-k 4k -n conv -d 32 --width 128 --depth 2+6 -b 4096
			-l 2e-3 --schedule cosine -s 16000 --blend --context 16)
		train=(photos/train)
		test=photos/test
		samples=(images/{chelsea,coast,coffee,tulips}.png)
		stages=(1)
		measures=(psnr_db ssim)
		unit='dB PSNR'
		data="photographs of the game Endless Sky"
		licence='public domain'
		;;
	speech-16k)
		options=(-t ema -k 1k -r 12 -p 320 -n conv --spectrum --gain
			-d 32 --width 112 --depth 2+6 --crop 64 -b 1024 -l 2e-3
			--loss 'logspec=1,mel=0.3' --augment level
			--schedule cosine -s 18000 --context 4)
		train=(speech/train)
		test=speech/russian
		samples=(speech/austen-{0870,0880,0890,0920,0930}.wav)
		stages=(3 6 12)
		measures=(log_spectral_distance_db)
		unit='dB log-spectral distance'
		data='recordings of Russian and Italian (festvox-ru, Asterisk)'
		licence='MIT-like (festvox-ru: N. V. Shmyrev), CC BY 3.0'
		licence+=' (prompts of Asterisk: C. Flora, M. Topal)'
		;;
	*) return 1 ;;
	esac
}
