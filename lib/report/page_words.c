#include <stddef.h>
#include <string.h>

#include "report/page_words.h"

static const char *const words[][2] = {
	{ "tokens", "N: compare figures of equal N only" },
	{ "codes", "k, the size of the codebook" },
	{ "used", "codes hit at least once" },
	{ "dead", "codes never hit" },
	{ "near_dead", "hit, but less than a tenth of their even share" },
	{ "utilization", "used / k; it grows with N" },
	{ "expected_utilization", "what even use would show at this N" },
	{ "tokens_per_code", "N / k; below 5 it is too few to judge" },
	{ "entropy_bits", "mean information of a code" },
	{ "entropy_given_left_bits",
		"what is left of it once the left neighbour is known" },
	{ "entropy_given_upper_bits",
		"what is left of it once the neighbour above is known" },
	{ "perplexity", "as many codes in even use would carry as much" },
	{ "bits_per_token", "nominal cost of a token, log2 k" },
	{ "bits_per_pixel", "nominal rate" },
	{ "bits_per_second", "nominal rate" },
	{ "coded_bits", "bits a token when packed" },
	{ "coded_bits_per_pixel", "rate when packed" },
	{ "coded_bits_per_second", "rate when packed" },
	{ "gini", "0: even use; near 1: few codes do all" },
	{ "top_share", "share of the tokens of the most used 1 % of codes" },
	{ "joint_used", "different whole tokens, all stages together" },
	{ "joint_entropy_bits",
		"well below the sum over stages: stages repeat one another" },
	{ "joint_perplexity", "perplexity of whole tokens" },
	{ "compared", "items that had their reference" },
	{ "mse", "mean squared error of a sample" },
	{ "psnr_db", "6 dB more halve the error's amplitude" },
	{ "pooled_psnr_db", "of all images together: bad ones weigh more" },
	{ "ssim", "structural similarity; 1: equal" },
	{ "snr_db", "power over error" },
	{ "log_spectral_distance_db", "0: equal spectra; less is better" },
	{ "lag_samples", "how late the decoded sound comes" },
	{ "vectors", "rows that were read" },
	{ "mean_square", "mean of |x|^2" },
	{ "variance", "mean of |x - mean|^2" },
	{ "load_cv", "0: even loads; 1 and more: few experts do the work" },
	{ "max_violation", "how far the fullest is above the mean, in means" },
	{ "dead_experts", "experts that got nothing" },
	{ "load_entropy", "1: even loads; 0: one expert" },
	{ "drop_rate", "assignments dropped by capacity" },
	{ "mean_gate", "mean weight of an assignment" },
	{ "gate_share", "this path's share of all weights" },
	{ "fluctuation", "share of tokens whose experts changed" },
	{ "saturation", "what two choices of a token share" },
	{ "saturation_chance", "the same of even choices by chance" },
	{ "code_churn", "share of tokens whose code changed" },
	{ "churn", "share of tokens whose code changed" },
	{ "agreement", "share of tokens whose code is the same" },
	{ "js_distance", "0: the same usage; 1: no code in common" },
	{ "population_stability_index",
		"below 0.1 little, above 0.25 much has changed" },
	{ "new_codes", "used now, not before" },
	{ "vanished_codes", "used before, not now" },
	{ "purity", "1: an expert serves this label alone or with others" },
	{ "effective_rank", "directions that the table really uses" },
	{ "nearest_distance", "from a code to its nearest one" },
	{ "median_distance", "between two codes" },
	{ "duplicates", "codes that equal another one" },
	{ "expert_lifetime",
		"checkpoints until half of an expert's tokens left it" },
	{ "last_fluctuation", "step at which a token's experts changed last" },
	{ "unchanged", "share of tokens that never changed experts" },
};

const char *
page_words(const char *key)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], key) == 0)
			return words[i][1];
	return NULL;
}
