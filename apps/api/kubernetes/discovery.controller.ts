import { Controller, Get, Header, Headers, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  aggregated,
  aggregatedVersion,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  openApiDocument,
  openApiIndex,
  rootPaths,
  statuses,
  versionInfo,
} from '#apiserver';

/** What a client asks before it asks for objects. */
@Controller()
export class DiscoveryController {
  @Get()
  root(): object {
    return rootPaths();
  }

  @Get('version')
  version(): object {
    return versionInfo();
  }

  @Get('api')
  core(@Headers('accept') accept: string | undefined, @Req() request: Request, @Res() response: Response): void {
    discovery(response, accept, 'api', () => apiVersions(request.headers.host ?? ''));
  }

  @Get('apis')
  groups(@Headers('accept') accept: string | undefined, @Res() response: Response): void {
    discovery(response, accept, 'apis', apiGroupList);
  }

  @Get('apis/:group')
  group(@Param('group') group: string): object {
    return found(apiGroup(group));
  }

  @Get('api/v1')
  coreResources(): object {
    return found(apiResourceList('', 'v1'));
  }

  @Get('apis/:group/:version')
  groupResources(@Param('group') group: string, @Param('version') version: string): object {
    return found(apiResourceList(group, version));
  }

  @Get('openapi/v3')
  openApi(): object {
    return openApiIndex();
  }

  @Get('openapi/v3/*path')
  @Header('Content-Type', 'application/json')
  openApiDocument(@Param('path') path: string[]): string {
    return found(openApiDocument(path.join('/'))).text;
  }
}

function discovery(response: Response, accept: string | undefined, root: 'api' | 'apis', plain: () => object): void {
  const version = aggregatedVersion(accept);
  if (version === undefined) {
    response.json(plain());
    return;
  }
  response.setHeader('Content-Type', `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`);
  response.setHeader('Vary', 'Accept');
  response.end(JSON.stringify(aggregated(root, version)));
}

function found<T>(document: T | undefined): T {
  if (document === undefined) throw statuses.unknownPath();
  return document;
}
