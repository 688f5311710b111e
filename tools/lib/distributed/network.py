"""A graph of Glint as a PyTorch module, and its weights back in Glint's order."""

import torch
from torch import nn
from torch.nn import functional


class GraphNetwork(nn.Module):
    """Computes the nodes of a model file's graph one after another.

    `normalized` names the convolutions that batch normalization follows while training (it is folded into their weights
    on export), `dropout` the nodes whose result loses a share of its values.
    """

    def __init__(self, graph, weights, normalized, dropout):
        super().__init__()
        self.nodes, self.result = graph["nodes"], graph["outputs"][0]["value"]
        self.dropout = dropout
        self.layers, self.norms = nn.ModuleDict(), nn.ModuleDict()
        self.flattened = {}  # the result's shape before a flatten, by name, which the next dense layer must know
        sizes = {"input": graph["input"]}
        for node in self.nodes:
            name, kind = node["name"], node["operator"]
            shape = sizes[node["inputs"][0]]
            if kind == "conv2d":
                shape = self._add_convolution(node, shape, weights, normalized)
            elif kind == "dense":
                self._add_dense(node, weights)
                shape = [1, 1, node["outputs"]]
            elif kind == "max_pool2d":
                shape = [(size + node["padding"][axis] + node["padding"][axis + 2] - node["kernel"][axis])
                         // node["stride"] + 1 for axis, size in enumerate(shape[:2])] + shape[2:]
            elif kind == "global_average_pool":
                shape = [1, 1, shape[2]]
            elif kind == "flatten":
                self.flattened[name] = shape
            elif kind != "add":
                raise SystemExit(f"node '{name}': this script does not train '{kind}'")
            sizes[name] = shape

    def _add_convolution(self, node, shape, weights, normalized):
        top, left, bottom, right = node["padding"]
        if top != bottom or left != right:
            raise SystemExit(f"node '{node['name']}': this script trains no padding that differs by side")
        height, width = node["kernel"]
        layer = nn.Conv2d(shape[2], node["outputs"], (height, width), node["stride"], (top, left), node["dilation"],
                          node["groups"])
        layer.weight.data = torch.from_numpy(weights[node["name"] + ".weight"]).permute(0, 3, 1, 2).contiguous()
        layer.bias.data = torch.from_numpy(weights[node["name"] + ".bias"])
        self.layers[key(node["name"])] = layer
        if node["name"] in normalized:
            self.norms[key(node["name"])] = nn.BatchNorm2d(node["outputs"])
        reach = [(size - 1) * node["dilation"] + 1 for size in (height, width)]
        return [(shape[0] + top + bottom - reach[0]) // node["stride"] + 1,
                (shape[1] + left + right - reach[1]) // node["stride"] + 1, node["outputs"]]

    def _add_dense(self, node, weights):
        weight = torch.from_numpy(weights[node["name"] + ".weight"])
        if node["inputs"][0] in self.flattened:  # Glint flattens rows, columns, channels; PyTorch channels first
            height, width, channels = self.flattened[node["inputs"][0]]
            weight = weight.reshape(-1, height, width, channels).permute(0, 3, 1, 2).reshape(len(weight), -1)
        layer = nn.Linear(weight.shape[1], weight.shape[0])
        layer.weight.data = weight.contiguous()
        layer.bias.data = torch.from_numpy(weights[node["name"] + ".bias"])
        self.layers[key(node["name"])] = layer

    def forward(self, images):
        """Logits `[n, outputs]` of images `[n, c, h, w]` of 0 to 1."""
        values = {"input": images}
        for node in self.nodes:
            x, kind = values[node["inputs"][0]], node["operator"]
            if kind == "conv2d":
                x = self.layers[key(node["name"])](x)
                if key(node["name"]) in self.norms:
                    x = self.norms[key(node["name"])](x)
            elif kind == "dense":
                x = self.layers[key(node["name"])](x.flatten(1))
            elif kind == "max_pool2d":
                top, left, bottom, right = node["padding"]
                if any(node["padding"]):
                    x = functional.pad(x, (left, right, top, bottom), value=-torch.inf)
                x = functional.max_pool2d(x, tuple(node["kernel"]), node["stride"])
            elif kind == "global_average_pool":
                x = x.mean((2, 3), keepdim=True)
            elif kind == "flatten":
                x = x.flatten(1)
            else:
                x = x + values[node["inputs"][1]]
            activation = node.get("activation", "none")
            if activation != "none":
                x = functional.relu6(x) if activation == "relu6" else functional.relu(x)
            if node["name"] in self.dropout:
                x = functional.dropout(x, self.dropout[node["name"]], self.training)
            values[node["name"]] = x
        return values[self.result]

    @torch.no_grad()
    def exported(self):
        """`<node>.weight` and `<node>.bias` in the order of the nodes, laid out as in model files."""
        tensors = {}
        for node in self.nodes:
            name = node["name"]
            if key(name) not in self.layers:
                continue
            layer = self.layers[key(name)]
            weight, bias = layer.weight.double(), layer.bias.double()
            if key(name) in self.norms:
                norm = self.norms[key(name)]
                factor = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
                weight = weight * factor[:, None, None, None]
                bias = norm.bias.double() + (bias - norm.running_mean.double()) * factor
            if weight.dim() == 4:
                weight = weight.permute(0, 2, 3, 1)
            elif node["inputs"][0] in self.flattened:
                height, width, channels = self.flattened[node["inputs"][0]]
                weight = weight.reshape(-1, channels, height, width).permute(0, 2, 3, 1).reshape(len(weight), -1)
            tensors[name + ".weight"] = weight.float().cpu().contiguous().numpy()
            tensors[name + ".bias"] = bias.float().cpu().contiguous().numpy()
        return tensors


def key(name):
    """A node's name as PyTorch takes it for a module."""
    return name.replace(".", "/")
