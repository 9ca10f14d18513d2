package io.xengarden.node.toolstack;


