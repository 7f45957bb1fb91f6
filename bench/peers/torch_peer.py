"""The PyTorch side of `jepa bench`: the same models, eager, on a line protocol.

Each request is one JSON object on a line of standard input, each reply one JSON object on a line of standard output:
  {"do": "vit", ...sizes}    build the ViT training step  -> {"parameters": n}
  {"do": "resnet", ...sizes} build the ResNet training step -> {"parameters": n}
  {"do": "cem", ...sizes}    build the LeWM planner       -> {"parameters": n}
  {"do": "sgemm", "size": n} a matrix product             -> {"seconds": t}   (mean of `repeats`)
  {"do": "step"}             one round of what was built  -> {"seconds": t, "value": loss or cost}
  {"do": "memory"}           peak resident memory so far  -> {"peakBytes": b}
The first line, unasked, says what this is: {"torch": version, "threads": n, "config": text, "peakBytes": b}.
A request that fails answers {"error": text}. Between requests the process sleeps in a read, so that it takes no
processor time from the other side. Weights are random: only speed and memory are compared here.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

HAS_SDPA = hasattr(F, "scaled_dot_product_attention")


def attention(q, k, v, heads, causal):
    """[B, N, H d] each -> [B, N, H d]; PyTorch's fused attention where it has one (2.0 and later)."""
    B, N, width = q.shape
    q, k, v = (x.view(B, -1, heads, width // heads).transpose(1, 2) for x in (q, k, v))
    if HAS_SDPA:
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    else:
        scores = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5)
        if causal:
            scores = scores.masked_fill(torch.ones(N, N, dtype=torch.bool).triu(1), float("-inf"))
        mixed = scores.softmax(-1) @ v
    return mixed.transpose(1, 2).reshape(B, N, width)


class VitBlock(nn.Module):
    """Pre-norm, one fused projection to queries, keys and values, exact GELU."""

    def __init__(self, dim, heads, mlp_dim):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-12), nn.LayerNorm(dim, eps=1e-12)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.fc1, self.fc2 = nn.Linear(dim, mlp_dim), nn.Linear(mlp_dim, dim)

    def forward(self, x):
        q, k, v = self.qkv(self.norm1(x)).chunk(3, dim=-1)
        x = x + self.out(attention(q, k, v, self.heads, causal=False))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Vit(nn.Module):
    def __init__(self, image, patch, dim, depth, heads, mlp_dim, classes):
        super().__init__()
        self.patch = nn.Conv2d(3, dim, patch, stride=patch)
        self.cls = nn.Parameter(torch.randn(1, 1, dim) * 0.02)
        self.positions = nn.Parameter(torch.randn(1, (image // patch) ** 2 + 1, dim) * 0.02)
        self.blocks = nn.ModuleList(VitBlock(dim, heads, mlp_dim) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(dim, eps=1e-12), nn.Linear(dim, classes)

    def forward(self, images):
        x = self.patch(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


class BasicBlock(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        self.downsample = None
        if stride > 1 or inputs != channels:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)), inplace=True)


class ResNet(nn.Module):
    """Basic blocks behind a 3x3 stem, as for CIFAR."""

    def __init__(self, blocks, width, classes):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        layers, inputs = [], width
        for stage, count in enumerate(blocks):
            channels = width * 2**stage
            for i in range(count):
                layers.append(BasicBlock(inputs, channels, 2 if stage > 0 and i == 0 else 1))
                inputs = channels
        self.layers, self.fc = nn.Sequential(*layers), nn.Linear(inputs, classes)

    def forward(self, images):
        x = F.relu(self.bn1(self.conv1(images)), inplace=True)
        return self.fc(self.layers(x).mean((2, 3)))


class ConditionalBlock(nn.Module):
    """AdaLN-zero: the conditioning vector of each token gives shift, scale and gate of both branches."""

    def __init__(self, dim, heads, head_dim, mlp_dim):
        super().__init__()
        inner = heads * head_dim
        self.heads = heads
        self.modulation = nn.Linear(dim, 6 * dim)
        self.norm1 = nn.LayerNorm(dim, eps=1e-6, elementwise_affine=False)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6, elementwise_affine=False)
        self.attn_norm = nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * inner, bias=False), nn.Linear(inner, dim)
        self.mlp = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, mlp_dim), nn.GELU(), nn.Linear(mlp_dim, dim))

    def forward(self, x, c):
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(F.silu(c)).chunk(6, dim=-1)
        h = self.attn_norm(self.norm1(x) * (1 + scale1) + shift1)
        q, k, v = self.qkv(h).chunk(3, dim=-1)
        x = x + gate1 * self.out(attention(q, k, v, self.heads, causal=True))
        return x + gate2 * self.mlp(self.norm2(x) * (1 + scale2) + shift2)


class Predictor(nn.Module):
    """LeWorldModel without its encoder: action encoder, conditional transformer, projector."""

    def __init__(self, dim, depth, heads, head_dim, mlp_dim, history, action_dim, smoothed, hidden):
        super().__init__()
        self.history = history
        self.smooth = nn.Conv1d(action_dim, smoothed, 1)
        self.embed = nn.Sequential(nn.Linear(smoothed, 4 * dim), nn.SiLU(), nn.Linear(4 * dim, dim))
        self.positions = nn.Parameter(torch.randn(1, history, dim) * 0.02)
        self.layers = nn.ModuleList(ConditionalBlock(dim, heads, head_dim, mlp_dim) for _ in range(depth))
        self.norm = nn.LayerNorm(dim)
        self.project = nn.Sequential(
            nn.Linear(dim, hidden), nn.BatchNorm1d(hidden), nn.GELU(), nn.Linear(hidden, dim)
        )

    def predict(self, z, u):
        x = z + self.positions[:, : z.shape[1]]
        for layer in self.layers:
            x = layer(x, u)
        x = self.norm(x)
        return self.project(x.reshape(-1, x.shape[-1])).view_as(x)

    def rollout(self, context, plans):
        """context [1, 1, D], plans [S, H, A] -> the last embedding [S, D]; the window slides over `history` embeddings."""
        u = self.embed(self.smooth(plans.transpose(1, 2)).transpose(1, 2))
        z = context.expand(len(plans), -1, -1)
        for t in range(plans.shape[1]):
            end = z.shape[1]
            start = max(0, end - self.history)
            z = torch.cat([z, self.predict(z[:, start:end], u[:, start:end])[:, -1:]], 1)
        return z[:, -1]


def adamw(parameters):
    """The fastest AdamW of this PyTorch on a CPU."""
    for options in ({"fused": True}, {"foreach": True}, {}):
        try:
            return torch.optim.AdamW(parameters, lr=1e-4, **options), options
        except (RuntimeError, TypeError):
            continue


def build_vit(r):
    model = Vit(r["imageSize"], r["patchSize"], r["dim"], r["depth"], r["heads"], r["mlpDim"], r["classes"])
    optimiser, options = adamw(model.parameters())
    images = torch.randn(r["batch"], 3, r["imageSize"], r["imageSize"])

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = model(images).square().mean()
        loss.backward()
        optimiser.step()
        return loss.item()

    return step, {"parameters": sum(p.numel() for p in model.parameters()), "adamw": options}


def build_resnet(r):
    model = ResNet(r["blocks"], r["width"], r["classes"])
    optimiser = torch.optim.SGD(model.parameters(), r["learningRate"], momentum=r["momentum"])
    images = torch.randn(r["batch"], 3, r["imageSize"], r["imageSize"])
    labels = torch.arange(r["batch"]) % r["classes"]

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimiser.step()
        return loss.item()

    return step, {"parameters": sum(p.numel() for p in model.parameters())}


def build_cem(r):
    model = Predictor(
        r["dim"], r["depth"], r["heads"], r["headDim"], r["mlpDim"], r["history"], r["actionDim"], r["actionSmoothed"],
        r["projectorHidden"],
    ).eval()
    context, goal = torch.randn(1, 1, r["dim"]), torch.randn(1, r["dim"])
    S, K, H, A = r["samples"], r["elites"], r["horizon"], r["actionDim"]

    @torch.inference_mode()
    def step():
        mean, std = torch.zeros(H, A), torch.ones(H, A)
        for _ in range(r["iterations"]):
            plans = mean + std * torch.randn(S, H, A)
            plans[0] = mean
            cost = (model.rollout(context, plans) - goal).square().sum(-1)
            best, index = cost.topk(K, largest=False)
            elites = plans[index]
            mean, std = elites.mean(0), elites.std(0)
        return best.mean().item()

    return step, {"parameters": sum(p.numel() for p in model.parameters())}


def peak_bytes():
    """Peak resident memory of this program; Linux keeps the parent's peak in getrusage, so its own file comes first."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def sgemm(r):
    a, b = torch.rand(r["size"], r["size"]), torch.rand(r["size"], r["size"])
    torch.mm(a, b)
    start = time.perf_counter()
    for _ in range(r["repeats"]):
        torch.mm(a, b)
    return {"seconds": (time.perf_counter() - start) / r["repeats"]}


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    torch.manual_seed(0)

    def reply(answer):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    reply({"torch": torch.__version__, "threads": threads, "config": torch.__config__.show(), "peakBytes": peak_bytes()})
    step = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            do = request["do"]
            build = {"vit": build_vit, "resnet": build_resnet, "cem": build_cem}.get(do)
            if build is not None:
                step, answer = build(request)
            elif do == "step":
                start = time.perf_counter()
                value = step()
                answer = {"seconds": time.perf_counter() - start, "value": value}
            elif do == "sgemm":
                answer = sgemm(request)
            elif do == "memory":
                answer = {"peakBytes": peak_bytes()}
            else:
                answer = {"error": f"unknown request {do}"}
        except Exception as error:  # the other side decides what an error means
            answer = {"error": f"{type(error).__name__}: {error}"}
        reply(answer)


main()
