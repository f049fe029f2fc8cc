import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const TIME = 'Use an injected Clock (#clock): time that is not injected cannot be driven.';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '**/generated/**', '.podbox'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    // Nest reads the types of constructor parameters at run time, so those imports are not of types only.
    languageOptions: { parserOptions: { emitDecoratorMetadata: true, experimentalDecorators: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      // The virtual kernel handles control characters as a matter of course.
      'no-control-regex': 'off',
      'max-lines': ['error', 400],
    },
  },
  {
    files: ['libs/**/*.ts', 'apps/**/*.ts'],
    ignores: ['libs/clock/**', 'libs/testing/**', '**/*.spec.ts', '**/conformance/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: TIME },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: TIME },
        { selector: "CallExpression[callee.name=/^(setTimeout|setInterval)$/]", message: TIME },
      ],
    },
  },
  { files: ['scripts/**/*.mjs', 'examples/**/*.mjs', '*.js', '*.cjs', '.*.cjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly', performance: 'readonly', URL: 'readonly', fetch: 'readonly', module: 'readonly', WebSocket: 'readonly', setTimeout: 'readonly', Buffer: 'readonly' } } },
);
