extension Primitive {
    /// Every primitive of the engine; tests run over this list.
    public static let all: [Primitive] =
        elementwiseTable + [
            full, arange, cast, stopGradient,
            reshape, transpose, broadcastTo, slice, embed, assignSlice, concat,
            take, addAt, assignAt, takeAlong, addAlong, oneHot,
            sum, max, min, product, allTrue, anyTrue, argmax, argmin,
            cumsum, argsort, softmax, softmaxGradient, logSoftmax, logSoftmaxGradient, matmul,
            attention, attentionGradient, layerNorm, layerNormGradient, fft, rfft, realInverse,
            convolution, convolutionInputGradient, convolutionWeightGradient,
            maxPool, maxPoolGather, maxPoolGradient, avgPool, avgPoolGradient,
            resample, resampleGradient,
            randn, rand, bernoulli, randint, permutation,
        ]
}
