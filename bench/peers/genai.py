"""Answers each line `past tokens` with what a token took in onnxruntime-genai: `processor-ms clock-ms`.

    python genai.py FOLDER THREADS        the other side is decode-here.ts
"""

import json
import sys
import time

import numpy as np
import onnxruntime_genai as og

folder, threads = sys.argv[1], int(sys.argv[2])
config = og.Config(folder)
options = {"intra_op_num_threads": threads, "inter_op_num_threads": 1}
config.overlay(json.dumps({"model": {"decoder": {"session_options": options}}}))
model = og.Model(config)
print("ready", flush=True)
for line in sys.stdin:
    past, count = map(int, line.split())
    params = og.GeneratorParams(model)
    length = past + count + 2
    # No answer ends early: its end is not among what may be written before the least length.
    params.set_search_options(max_length=length, min_length=length, do_sample=False)
    generator = og.Generator(model, params)
    generator.append_tokens(np.array([[1 + place * 7919 % 250 for place in range(past)]], dtype=np.int32))
    # The first token is chosen of what the prompt gave; each further one runs the model.
    generator.generate_next_token()
    generator.generate_next_token()
    processor, clock = time.process_time(), time.perf_counter()
    for _ in range(count):
        generator.generate_next_token()
    took = [1000 * (time.process_time() - processor) / count, 1000 * (time.perf_counter() - clock) / count]
    print(*took, flush=True)
