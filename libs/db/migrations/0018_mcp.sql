-- MCP tools that may work on an agent, its links and its sessions; null = all.
alter table agents add column mcp_tools text[];
